"""The customer onboarding flow of an agency, walked through `agency-campaign`."""

from tests.playbooks.seeds.walking import (
    agenda,
    approved_by,
    asks,
    at,
    attended_by,
    automatic,
    delivers,
    due,
    exits,
    frame,
    kind,
    named,
    on,
    owned_by,
    repeats,
    says,
    stages,
    surveys,
    waits_for,
)

PLAYBOOK = "agency-campaign"
ORDER = ("initial-consultation", "pre-onboarding", "kickoff", "strategy", "implementation", "ongoing-support")

STATEMENTS = (
    at(
        "The customer onboarding process includes initial consultation",
        on("playbook:", stages(*ORDER)),
        on("ongoing-support/partnership-review", agenda("long-term partnership goals")),
        on("field:industry_focus", says("the space industry")),
    ),
    frame("Customer Onboarding Flow"),
    at("Initial Consultation", on("initial-consultation", named("Initial consultation"), due("signature+5d"))),
    at(
        "Understanding client needs, discussing business goals, values, and vision for sustainability in the space industry.",
        on(
            "initial-consultation/consultation",
            kind("meeting"),
            automatic,
            agenda("what you need", "business goals", "values", "vision for sustainability"),
            says("sustainability in the space industry"),
        ),
        on("initial-consultation/client-questionnaire", asks("need most", "business goals", "stand for", "vision")),
    ),
    at("Pre-Onboarding Preparation", on("pre-onboarding", named("Pre-onboarding preparation"), due("signature+10d"))),
    at(
        "Assign dedicated project manager and team members",
        on(
            "pre-onboarding/assign-team",
            named("Assign team"),
            says("assign a dedicated project manager and team members"),
            delivers("project manager", "strategist", "creative lead", "campaign manager"),
        ),
    ),
    at(
        "Prepare welcome materials with mission, values, and team introductions",
        on(
            "pre-onboarding/prepare-materials",
            named("Prepare materials"),
            says("prepare welcome materials with mission, values and team introductions"),
        ),
        on("pre-onboarding/welcome-package", automatic, waits_for("prepare-materials")),
    ),
    at(
        "Set up 90-day milestone planning",
        on(
            "pre-onboarding/set-milestones",
            named("Set milestones"),
            says("set up the 90-day milestone plan"),
            asks("30 days", "60 days", "90 days"),
        ),
    ),
    at("Kickoff Meeting", on("kickoff/kickoff-meeting", kind("meeting"), automatic, due("signature+13d"))),
    at(
        "Team introductions and roles",
        on("kickoff/team-intros", named("Team intros"), says("team introductions and roles"), asks("who decides")),
        on("kickoff/kickoff-meeting", agenda("team introductions and roles")),
    ),
    at(
        "Review project goals and objectives",
        on("kickoff/review-goals", named("Review goals"), says("review project goals and objectives")),
        on("kickoff/kickoff-meeting", agenda("review project goals and objectives")),
    ),
    at(
        "Establish communication channels and expectations",
        on(
            "kickoff/set-communication",
            named("Set communication"),
            says("establish communication channels and expectations"),
            asks("day to day", "expect from us"),
        ),
        on("kickoff/kickoff-meeting", agenda("establish communication channels and expectations")),
    ),
    at(
        "Timeline and milestone discussion",
        on("kickoff/timeline-discussion", says("timeline and milestone discussion"), approved_by("client_lead")),
        on("kickoff/kickoff-meeting", agenda("timeline and milestone discussion")),
    ),
    at("Documentation & Strategy", on("strategy", named("Documentation and strategy"))),
    at(
        "Collect necessary assets and permissions",
        on(
            "strategy/collect-assets",
            named("Collect assets"),
            kind("file_request"),
            owned_by("brand_owner"),
            says("collect necessary assets and permissions", "rights of use", "brand guidelines"),
        ),
        on("strategy/grant-permissions", kind("form"), asks("advertising accounts", "analytics", "website")),
    ),
    at(
        "Develop tailored marketing strategy",
        on("strategy/develop-strategy", named("Develop strategy"), says("develop a tailored marketing strategy")),
    ),
    at(
        "Create campaign objectives and KPIs",
        on(
            "strategy/set-kpis",
            named("Set KPIs"),
            says("create campaign objectives and kpis"),
            asks("objective", "its kpi"),
        ),
    ),
    at(
        "Present strategy for client review",
        on("strategy/present-strategy", kind("meeting"), says("present the strategy for client review")),
        on("strategy/strategy-review", kind("approval"), approved_by("client_sponsor", "client_lead")),
    ),
    at("Implementation", on("implementation", named("Implementation"), waits_for("strategy-review"))),
    at(
        "Execute eco-friendly digital campaigns",
        on(
            "implementation/execute-campaigns",
            named("Execute campaigns"),
            says("execute eco-friendly digital campaigns"),
        ),
    ),
    at(
        "Create sustainable branding materials",
        on("implementation/create-materials", named("Create materials"), says("create sustainable branding materials")),
    ),
    at(
        "Regular progress tracking and reporting",
        on(
            "implementation/track-progress",
            named("Track progress"),
            automatic,
            repeats("7d"),
            says("regular progress tracking and reporting"),
        ),
    ),
    at("Ongoing Support", on("ongoing-support", named("Ongoing support"))),
    at(
        "Monthly check-ins and performance reviews",
        on(
            "ongoing-support/monthly-reviews",
            named("Monthly reviews"),
            repeats("30d"),
            attended_by("project_manager", "campaign_manager", "client_lead"),
            says("monthly check-ins and performance reviews"),
            delivers("performance report"),
        ),
        on("ongoing-support", exits("reviewed every month")),
    ),
    at(
        "Strategy optimization based on feedback",
        on(
            "ongoing-support/strategy-updates",
            named("Strategy updates"),
            repeats("30d"),
            says("strategy optimization based on feedback"),
        ),
    ),
    at(
        "Regular client surveys and feedback sessions",
        on("ongoing-support/client-survey", surveys("csat", 4.2), repeats("60d"), says("regular client surveys")),
        on("ongoing-support/feedback-sessions", named("Feedback sessions"), repeats("45d"), kind("meeting")),
    ),
)
