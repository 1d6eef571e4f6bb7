"""Five stages of the first 90 days after the sale, walked through `mutual-success`."""

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
    first_value,
    frame,
    goes_to,
    internal,
    kind,
    lasts,
    named,
    on,
    owned_by,
    reaches,
    repeats,
    says,
    seen_in_usage,
    stages,
    starts,
    trains,
    waits_for,
)

PLAYBOOK = "mutual-success"
ORDER = ("mobilization", "design", "launch", "adoption", "value-creation")

STATEMENTS = (
    frame("Back to Blog"),
    at(
        "We can all agree that getting customer onboarding—the first 90 days after the sale—right",
        on("playbook:", says("first 90 days after the sale")),
        on("adoption", due("signature+90d")),
    ),
    frame("But, what exactly needs to take place"),
    at("We have broken onboarding down into five distinct stages:", on("playbook:", stages(*ORDER))),
    at(
        "The Mobilization Stage is initiated when the customer contract or agreement is signed.",
        on("mobilization", starts("signature+0h")),
    ),
    at(
        "During this phase, the sales organization begins to transition the customer",
        on("mobilization/sales-handoff", internal, owned_by("sales"), due("signature+24h")),
        on("mobilization/assign-specialist", internal, due("signature+4h")),
        on("role:specialist", named("Customer onboarding specialist")),
    ),
    frame("The Customer Onboarding Specialist is responsible for:"),
    at(
        "Ensuring a smooth knowledge transfer",
        on(
            "mobilization/knowledge-transfer",
            owned_by("specialist"),
            attended_by("specialist", "sales", "account_manager"),
        ),
    ),
    at(
        "Getting to know the customer and their needs",
        on("mobilization/research-website", owned_by("specialist")),
        on("mobilization/success-plan-workshop", agenda("what led you to buy", "business drivers")),
    ),
    at(
        "Setting goals for the project",
        on("mobilization/success-plan-workshop", agenda("goals of the project"), delivers("goals of the project")),
        on("mobilization/success-plan", asks("first goal, with a number and a date")),
    ),
    frame("In this phase, there are three key activities"),
    at(
        "Know your customer.",
        on("mobilization/research-website"),
        on("mobilization/news-alerts"),
        on("mobilization/relevant-content"),
    ),
    at(
        "Being prepared to talk about the topics at hand and showing that you understand market conditions",
        on(
            "mobilization/research-website",
            says("their market and its conditions"),
            delivers("conditions of their market"),
        ),
    ),
    at(
        "Prior to meeting with your customer, the Customer Onboarding Specialist should:",
        on("mobilization/research-website", due("signature+3d"), owned_by("specialist")),
        on("mobilization/news-alerts", due("signature+3d"), owned_by("specialist")),
        on("mobilization/relevant-content", due("signature+4d"), owned_by("specialist")),
        on("mobilization/success-plan-workshop", due("signature+7d")),
    ),
    at(
        "Visit the customer's website and get to know their products and/or services",
        on(
            "mobilization/research-website",
            says("visit the customer's website and get to know their products and services"),
        ),
    ),
    at(
        "Set up Google Alerts to stay current",
        on(
            "mobilization/news-alerts",
            says("google alerts", "its industry"),
            delivers("for the company", "for its industry"),
        ),
    ),
    at(
        "Send customer relevant content (making sure to communicate the connection",
        on(
            "mobilization/relevant-content",
            kind("message"),
            goes_to("project_owner"),
            says("how it connects to your goals", "how our product helps"),
        ),
    ),
    at(
        "Develop a mutual Onboarding Success Plan.",
        on("mobilization/success-plan", owned_by("project_owner")),
        on("mobilization/success-plan-signature", approved_by("project_owner", "executive_sponsor")),
    ),
    at(
        "Having a mechanism to meet your customer where they are by co-creating",
        on(
            "mobilization/success-plan-workshop",
            automatic,
            attended_by("specialist", "account_manager", "project_owner", "executive_sponsor"),
            says("both sides write one plan"),
        ),
    ),
    at(
        "The process of creating a plan together will act as a catalyst",
        on(
            "mobilization/success-plan-workshop",
            agenda("what led you to buy", "key business drivers", "definition of success"),
        ),
        on("mobilization/success-plan", asks("what led you to buy", "key business drivers", "definition of success")),
    ),
    at("Set communication cadence:", on("mobilization/communication-cadence", kind("form"))),
    at(
        "As you move from mobilization to design",
        on(
            "mobilization/communication-cadence",
            waits_for("success-plan-workshop"),
            asks("key stakeholders", "project call", "executive management"),
        ),
        on("mobilization", exits("communication cadence")),
    ),
    at(
        "This will eliminate confusion, save time, and ensure the customer gets the tools and resources",
        on("mobilization/communication-cadence", asks("tools and resources")),
        on("design/project-call", repeats("7d"), agenda("tools and resources")),
        on("launch/project-call-launch", repeats("7d")),
        on("adoption/project-call-adoption", repeats("7d")),
    ),
    at(
        "(We recommend that you have your Customer Onboarding Specialist serve as the main point of contact",
        on("role:specialist", says("main point of contact during the first 90 days")),
        on("role:account_manager", says("responsibility for the overall relationship")),
        on(
            "mobilization/welcome",
            automatic,
            due("signature+24h"),
            says("for the first 90 days", "account manager stays"),
        ),
    ),
    at(
        "During the Design Stage (~30 days), the Customer Onboarding Specialist works in partnership",
        on("design", lasts("25d", "30d"), starts("signature+7d")),
        on("design/build-system", delivers("system set up")),
        on("design/write-process", delivers("process on one page")),
        on("design/training-plan", asks("groups of users", "learn best")),
        on("design/design-acceptance", approved_by("project_owner")),
    ),
    at(
        "In the Launch Stage (~30 days), the product or service is rolled out",
        on("launch", lasts("25d", "30d")),
        on("launch/rollout", reaches("users_signed_in", 90, "%")),
        on("launch/end-user-training", trains("end_users", "admin_champion", recording=True)),
    ),
    at(
        "The Customer Onboarding Specialist works closely with the customer to identify and address any issues",
        on(
            "launch/issue-tracking",
            owned_by("specialist"),
            asks("what happened", "how bad", "who takes care", "until when"),
        ),
        on("launch/daily-issue-round", repeats("3wd"), attended_by("specialist", "support", "admin_champion")),
        on("launch/fully-deployed", reaches("blocking_issues", 0, "issues", "<=")),
    ),
    at(
        "The Adoption Stage (~30 days) begins once the product or service is fully deployed.",
        on("adoption", lasts("25d", "30d"), starts("signature+63d")),
        on("launch/fully-deployed", due("signature+63d")),
    ),
    at(
        "During this stage, end users are utilizing the application and are beginning to derive value",
        on("adoption/weekly-use", seen_in_usage("active_week"), owned_by("end_users")),
        on("adoption/adoption-reached", reaches("user_adoption", 70, "%")),
        on("adoption/first-value", first_value("First goal of the success plan reached")),
    ),
    at(
        "The Customer Onboarding Specialist remains the single point of contact",
        on("adoption/single-contact", automatic, says("single point of contact")),
        on(
            "adoption/engage-experts",
            owned_by("specialist"),
            named("Engage professional services and support when needed"),
        ),
        on("role:professional_services"),
        on("role:support"),
    ),
    at(
        "Lastly, in the Value Creation Stage, the end users have optimized",
        on("value-creation", starts("signature+90d")),
        on("value-creation/optimize-use"),
    ),
    at(
        "During this stage, it is crucial to provide executive management with visibility",
        on("value-creation/impact-report", asks("your own customers", "worth in a year")),
        on(
            "value-creation/executive-visibility",
            attended_by("specialist", "account_manager", "executive_sponsor", "project_owner"),
            agenda("impact on the customer experience"),
        ),
        on("completion:executive_visibility"),
    ),
    at("Creating a process that encompasses these five stages", on("playbook:", stages(*ORDER))),
    at(
        "If you do this well, you will create customers who not only stick with you",
        on("value-creation/growth", internal, asks("upgrade", "other team", "recommend")),
    ),
)
