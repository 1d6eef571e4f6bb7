"""Onboarding at the first touch-point with the product, walked through `self-serve`."""

from tests.playbooks.seeds.walking import (
    asks,
    at,
    automatic,
    delivers,
    due,
    elsewhere,
    first_value,
    frame,
    goes_to,
    internal,
    kind,
    named,
    on,
    owned_by,
    reaches,
    says,
    seen_in_usage,
    stages,
    starts,
    surveys,
    target_of,
    waits_for,
    when,
)

PLAYBOOK = "self-serve"
ORDER = ("registration", "quick-setup", "data-import", "tutorials", "motivation", "first-win-stage", "feedback")

STATEMENTS = (
    at(
        "Define customer onboarding process includes seamless integration across modules",
        on("registration/resources-provisioned", seen_in_usage("workspace_provisioned")),
        on("registration/payment-active", seen_in_usage("subscription_activated"), when("!project.is_trial")),
        on("field:is_trial"),
        on("data-import/migrate"),
        on("feedback/journey-review", says("website, demo and trial to licence, payment and data import")),
    ),
    frame("Why"),
    at(
        "This is the process of helping new customers get started and stay engaged.",
        on("playbook:", stages(*ORDER)),
        on("feedback/returning"),
    ),
    frame("It's a series of steps and resources"),
    frame("It should be noted that customers expect world-class onboarding"),
    frame("All your marketing and sales work has a little use"),
    frame("How"),
    at(
        "Onboarding process starts when the Sales Process is over.",
        on("registration", starts("signature+0h")),
        on("registration/welcome-email", automatic, due("signature+1h")),
    ),
    at(
        "Usually this stage is handled by 'Customer Success' team.",
        on("role:success_team", named("Customer success team")),
    ),
    elsewhere(
        "The onboarding process may differ for different type of products.", "Playbooks", "One playbook for each"
    ),
    elsewhere(
        "Mainly there are 2 types of product onboarding", "Playbooks", "Self-serve here, high-touch in the other four"
    ),
    at("SaaS self subscription (B2C, Utility products)", on("duration:self_serve")),
    elsewhere(
        "Touch-and-feel onboarding (B2B, Enterprise products)", "Playbooks", "b2b-seven-stage, enterprise-success"
    ),
    at(
        "It is important that user journeys of customer onboarding is documented and validated",
        on(
            "feedback/journey-review",
            internal,
            delivers("documented user journey across all modules and departments"),
            says("marketing, sales, implementation and support"),
        ),
    ),
    frame("Type of activities"),
    frame("Based on the type of onboarding your product require"),
    frame("Some of the common activities of this stage are:"),
    at(
        "Welcome artifacts (emails, videos, brochures)",
        on("registration/welcome-email", goes_to("customer"), says("video", "brochure", "{{ portal_link }}")),
    ),
    at(
        "Product registration (Forms, SSO)",
        on("registration/sign-up", seen_in_usage("registration_completed"), says("registration form")),
        on("registration/single-sign-on", kind("integration"), when("project.uses_sso")),
    ),
    at(
        "Tutorials (Videos, in product tours, step-by-step guides, tips)",
        on("tutorials/video-tutorials", seen_in_usage("video_watched")),
        on("tutorials/product-tour", seen_in_usage("tour_completed")),
        on("tutorials/step-by-step-guide", seen_in_usage("guide_step_completed")),
        on("tutorials/tip-one", automatic),
    ),
    at(
        "Quick setup (default settings)",
        on("quick-setup/default-settings", seen_in_usage("setup_completed"), named("Start with the default settings")),
    ),
    at(
        "Data import (Basic data, Seamless migration, integrations)",
        on("data-import", when("project.needs_data_import")),
        on("data-import/import-basics", seen_in_usage("data_imported")),
        on("data-import/migrate", seen_in_usage("migration_completed"), says("seamless migration")),
        on("data-import/connect-tools", kind("integration")),
    ),
    at(
        "Sends consistent reminders and motivators",
        on("motivation/reminder-day-2", automatic, starts("signature+2d"), goes_to("customer")),
        on("motivation/motivator-day-7", automatic, starts("signature+7d"), goes_to("customer")),
        on("motivation/reminder-day-12", automatic, starts("signature+12d"), goes_to("customer")),
        on("motivation/motivator-day-20", automatic, starts("signature+20d"), goes_to("customer", "colleagues")),
    ),
    at(
        "Feedback collection (followup calls, emails, surveys, stickiness data)",
        on("feedback/follow-up-calls", internal, asks("expected", "hardest", "change")),
        on("feedback/feedback-email", automatic, goes_to("customer")),
        on("feedback/satisfaction-survey", surveys("csat", 4.2)),
        on("feedback/effort-survey", surveys("ces", 5.5)),
        on("feedback/sticking", reaches("stickiness", 20, "%")),
    ),
    at(
        "Continuous reviews of the collected data to improve",
        on("feedback/journey-review", owned_by("success_team"), delivers("one improvement")),
    ),
    at(
        "The goal of these activities is to support the customer to have their 'first win'",
        on("first-win-stage", says("'aha' moment")),
        on("first-win-stage/first-win", first_value(), waits_for()),
        on("celebration:", goes_to("customer"), says("your first win")),
        on("completion:first_win"),
    ),
    at(
        "The process to get to this must be pleasurable and personalized",
        on("quick-setup/personalize", asks("what do you want to use it for")),
        on("field:goal"),
        on("registration/welcome-email", says("{{ project.goal }}")),
    ),
    frame("How to measure the success?"),
    elsewhere("There are objective and subjective ways to measure", "Figures", "Answers and usage stand side by side"),
    at(
        "Data collected through surveys, interviews, feedback (subjective)",
        on("feedback/satisfaction-survey", kind("survey")),
        on("feedback/follow-up-calls", kind("form")),
        on("feedback/feedback-email", kind("message")),
        on("target:csat", target_of(4.2, "points of 5")),
    ),
    at(
        "Monitor and measure customer engagement",
        on("feedback/returning", kind("milestone")),
        on("feedback/staying", kind("milestone")),
        on("feedback/exploring", kind("milestone")),
        on("feedback/winning", kind("milestone")),
    ),
    at(
        "How often customers come back",
        on("feedback/returning", reaches("active_days_per_week", 3, "days"), says("how often customers come back")),
    ),
    at(
        "How long do they stay",
        on("feedback/staying", reaches("days_stayed", 21, "days"), says("how long they stay")),
    ),
    at(
        "How many features they explore",
        on("feedback/exploring", reaches("features_explored", 5, "features"), says("how many features they explore")),
    ),
    at(
        "How many wins they get by using the features",
        on("feedback/winning", reaches("win_count", 3, "wins"), says("how many wins they get by using the features")),
    ),
    frame("Reference"),
)
