"""The five phases of the executive summary, with their activities and success milestones."""

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
    kind,
    on,
    owned_by,
    reaches,
    repeats,
    says,
    starts,
    surveys,
    trains,
    waits_for,
    when,
)

EXPANSION = "project.has_expansion_potential"

PHASES = (
    frame("Onboarding Phases and Milestones"),
    at("Phase 1: Pre-Onboarding (Days -30 to 0)", on("pre-onboarding", starts("signature-30d"), due("signature+0h"))),
    at(
        "Objective: Prepare for successful customer onboarding",
        on("pre-onboarding", says("prepare for successful customer onboarding and relationship development")),
    ),
    frame("Key Activities:"),
    at(
        "Customer Research:",
        on("pre-onboarding/customer-research", starts("signature-30d"), asks("competitors", "systems")),
    ),
    at(
        "Internal Preparation:",
        on("pre-onboarding/internal-preparation", delivers("named team", "briefing"), due("signature-14d")),
    ),
    at(
        "Success Plan Development:",
        on("pre-onboarding/success-plan", waits_for("timeline", "resource-plan")),
        on("pre-onboarding/success-plan-validation", approved_by("vendor_executive")),
    ),
    at("Kickoff Planning:", on("pre-onboarding/kickoff-planning", delivers("agenda", "date confirmed"))),
    frame("Success Milestones:"),
    at("Complete customer research", on("pre-onboarding/research-complete", reaches("profile_complete", 100, "%"))),
    at(
        "Team preparation and resource allocation completed",
        on("pre-onboarding/team-ready", reaches("roles_filled", 100, "%")),
    ),
    at(
        "Success plan developed and internally validated",
        on("pre-onboarding/success-plan-ready", reaches("success_plan_validated", 1, "approval", "==")),
    ),
    at(
        "Kickoff meeting scheduled and agenda prepared",
        on("pre-onboarding/kickoff-ready", reaches("kickoff_prepared", 1, "meeting", "=="), due("signature+0h")),
    ),
    at("Phase 2: Kickoff and Alignment (Days 0-7)", on("alignment", starts("signature+0h"), due("signature+7d"))),
    at(
        "Objective: Establish customer relationships",
        on("alignment", says("establish customer relationships and align on success expectations")),
    ),
    frame("Key Activities:"),
    at(
        "Executive Sponsor Introduction:",
        on("alignment/executive-introduction", attended_by("vendor_executive", "csm", "executive_sponsor")),
    ),
    at("Success Plan Presentation:", on("alignment/kickoff", agenda("the success plan"), due("signature+5d"))),
    at("Expectation Setting:", on("alignment/expectations", asks("expect of us", "need from you"))),
    at("Implementation Planning:", on("alignment/implementation-planning", delivers("implementation timeline"))),
    frame("Success Milestones:"),
    at(
        "Executive sponsor relationships established",
        on("alignment/relationships-established", reaches("sponsor_conversations", 1, "conversation")),
    ),
    at(
        "Success plan approved and signed off by customer",
        on("alignment/success-plan-signoff", kind("approval"), approved_by("executive_sponsor", "project_owner")),
        on("alignment/success-plan-signed", reaches("success_plan_signed", 1, "signature", "==")),
    ),
    at(
        "Clear expectations established and communicated",
        on("alignment/expectations-communicated", reaches("expectations_answered", 100, "%")),
    ),
    at(
        "Implementation timeline agreed upon",
        on("alignment/timeline-agreed", reaches("timeline_agreed", 1, "timeline", "==")),
    ),
    at("Phase 3: Implementation (Days 7-30)", on("implementation", starts("signature+7d"), due("signature+30d"))),
    at(
        "Objective: Complete technical implementation",
        on("implementation", says("complete technical implementation and establish platform usage")),
    ),
    frame("Key Activities:"),
    at(
        "Technical Implementation: Platform configuration",
        on("implementation/technical-implementation"),
        on("implementation/integration", kind("integration")),
    ),
    at(
        "User Training:",
        on("implementation/user-training", trains("end_users", "admin_champion", recording=True)),
        on("implementation/user-certification", trains("end_users", "admin_champion", certifies=True)),
    ),
    at("Initial Configuration:", on("implementation/initial-configuration", says("set up and customize"))),
    at(
        "Integration Testing:",
        on("implementation/integration-testing", owned_by("technical_lead"), waits_for("integration")),
    ),
    frame("Success Milestones:"),
    at(
        "Technical implementation completed successfully",
        on("implementation/implementation-complete", reaches("implementation_complete", 100, "%")),
    ),
    at(
        "80%+ of trained users certified",
        on("implementation/users-certified", reaches("certified_users_share", 80, "%")),
    ),
    at(
        "Initial platform configuration meets",
        on("implementation/configuration-accepted", reaches("requirements_met", 100, "%")),
    ),
    at(
        "Integration testing completed with acceptable performance",
        on(
            "implementation/integration-accepted",
            reaches("integration_tests_passed", 100, "%"),
            says("agreed performance"),
        ),
    ),
    at("Phase 4: Activation (Days 30-45)", on("activation", starts("signature+30d"), due("signature+45d"))),
    at(
        "Objective: Achieve customer activation",
        on("activation", says("achieve customer activation and first value demonstration")),
    ),
    frame("Key Activities:"),
    at("First Value Achievement:", on("activation/first-value-support", automatic, delivers("first real result"))),
    at("User Adoption: Drive", on("activation/user-adoption", delivers("adoption by team"))),
    at("Process Optimization: Optimize", on("activation/process-optimization", delivers("two improvements"))),
    at(
        "Success Measurement: Measure",
        on("activation/success-measurement", asks("stand before", "worth")),
        on("activation/value-communication", agenda("results against the success plan")),
    ),
    frame("Success Milestones:"),
    at("First value milestone achieved", on("activation/first-value", first_value(), due("signature+40d"))),
    at("70%+ user adoption rate", on("activation/adoption-reached", reaches("user_adoption", 70, "%"))),
    at(
        "Customer processes optimized",
        on("activation/processes-improved", reaches("processes_improved", 2, "processes")),
    ),
    at(
        "ROI demonstration and value communication completed",
        on(
            "activation/roi-demonstrated",
            reaches("roi_confirmed", 1, "confirmation", "=="),
            waits_for("value-communication"),
        ),
    ),
    at("Phase 5: Optimization (Days 45-90)", on("optimization", starts("signature+45d"), due("signature+90d"))),
    at(
        "Objective: Optimize platform usage",
        on("optimization", says("optimize platform usage and prepare for expansion")),
    ),
    frame("Key Activities:"),
    at(
        "Advanced Training:",
        on("optimization/advanced-training", trains("admin_champion", "end_users", recording=True)),
    ),
    at("Process Refinement:", on("optimization/process-refinement", automatic, repeats("14d"))),
    at(
        "Expansion Planning:",
        on("optimization/expansion-planning", when(EXPANSION), asks("opportunities", "next step")),
    ),
    at(
        "Relationship Deepening:",
        on("optimization/sponsor-conversation", repeats("30d"), attended_by("vendor_executive", "executive_sponsor")),
    ),
    frame("Success Milestones:"),
    at(
        "Advanced feature adoption achieved",
        on("optimization/advanced-adoption", reaches("feature_utilization", 50, "%")),
    ),
    at(
        "Process optimization delivering measurable",
        on("optimization/improvements-measured", reaches("success_metrics_improved", 1, "metric")),
    ),
    at(
        "Expansion opportunities identified and prioritized",
        on("optimization/expansion-prioritized", when(EXPANSION), reaches("expansion_opportunities", 1, "opportunity")),
    ),
    at(
        "Customer relationship quality score ≥4.3",
        on("optimization/relationship-survey", surveys("relationship", 4.3)),
        on("optimization/relationship-quality", reaches("relationship_quality", 4.3, "points of 5")),
        on("optimization", exits("at least 4.3")),
        on("completion:relationship"),
    ),
)
