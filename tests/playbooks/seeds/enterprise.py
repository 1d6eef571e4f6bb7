"""The executive summary of customer onboarding, walked through `enterprise-success`."""

from tests.playbooks.seeds.industries import INDUSTRIES
from tests.playbooks.seeds.phases import PHASES
from tests.playbooks.seeds.walking import at, automatic, elsewhere, frame, kind, on, repeats, stages, surveys, target_of

PLAYBOOK = "enterprise-success"
ORDER = ("pre-onboarding", "alignment", "implementation", "activation", "optimization")

GOALS = (
    frame("Executive summary of customer onboarding strategies"),
    frame("Customer Onboarding Summary"),
    frame("Executive Overview"),
    frame("Customer Onboarding represents the critical foundation period"),
    frame("Key Onboarding Objectives"),
    frame("Primary Goals"),
    at(
        "Time to Value: Reduce customer time to first value from 90",
        on("target:time_to_value_days", target_of(45, "days", "<=", 90)),
    ),
    at("Activation Success: Achieve 85%+", on("target:activation_rate", target_of(85, "%"))),
    at("Early Satisfaction: Maintain 4.2+", on("target:csat", target_of(4.2, "points of 5"))),
    at("Relationship Foundation:", on("alignment/relationships-established"), on("target:relationship_quality")),
    frame("Business Impact"),
    at(
        "Revenue Protection: Reduce first-year churn by 40%",
        on("target:first_year_churn_reduction", target_of(40, "%")),
    ),
    at(
        "Customer Lifetime Value: Increase average CLV by 30%", on("target:lifetime_value_increase", target_of(30, "%"))
    ),
    at(
        "Operational Efficiency: Reduce onboarding costs by 25%",
        on("target:onboarding_cost_reduction", target_of(25, "%")),
    ),
    at(
        "Referral Generation: Generate 25% more",
        on("target:referral_increase", target_of(25, "%")),
        on("optimization/advocacy"),
    ),
)

STRATEGIES = (
    frame("Core Onboarding Strategies"),
    frame("Structured Onboarding Process"),
    at("Approach: Systematic, step-by-step", on("playbook:", stages(*ORDER))),
    frame("Key Components:"),
    at(
        "Pre-Onboarding Preparation: Customer research",
        on("pre-onboarding/customer-research"),
        on("pre-onboarding/internal-preparation"),
        on("pre-onboarding/success-plan"),
    ),
    at(
        "Kickoff and Alignment: Executive sponsor", on("alignment/executive-introduction"), on("alignment/expectations")
    ),
    at(
        "Implementation Management:",
        on("implementation/technical-implementation"),
        on("implementation/initial-configuration"),
    ),
    at("Training and Enablement:", on("implementation/user-training"), on("activation/user-adoption")),
    at("Value Demonstration:", on("activation/first-value"), on("activation/value-communication")),
    frame("Success Metrics:"),
    elsewhere("Onboarding completion rates within target timeframes", "Figures", "Completion rate by segment"),
    elsewhere(
        "Early value milestone achievement rates", "Figures", "Share of projects whose first value was reached in time"
    ),
    at(
        "Customer satisfaction scores throughout onboarding",
        on("implementation/pulse-implementation", surveys("csat", 4.2)),
        on("activation/pulse-activation", surveys("csat", 4.2)),
        on("optimization/relationship-survey", surveys("relationship", 4.3)),
    ),
    elsewhere(
        "Post-onboarding engagement and adoption rates", "Usage", "Adoption and retention after the end of the project"
    ),
    frame("Customer Success Planning"),
    at("Approach: Develop comprehensive customer success plans", on("pre-onboarding/success-plan")),
    frame("Key Activities:"),
    at("Business Objective Alignment:", on("pre-onboarding/business-objectives", kind("form"))),
    at("Success Metric Definition:", on("pre-onboarding/success-metrics", kind("form"))),
    at("Timeline Development:", on("pre-onboarding/timeline")),
    at("Resource Planning:", on("pre-onboarding/resource-plan")),
    frame("Success Metrics:"),
    at(
        "Success plan development and approval rates",
        on("pre-onboarding/success-plan-ready", kind("milestone")),
        on("alignment/success-plan-signed", kind("milestone")),
    ),
    elsewhere(
        "Customer business objective alignment and satisfaction", "Success-plan", "Objectives with measured values"
    ),
    elsewhere("Timeline adherence and milestone achievement", "Figures", "Baseline, plan and actual of each milestone"),
    elsewhere("Resource utilization effectiveness and optimization", "Team", "Estimated and booked hours"),
    frame("Relationship and Trust Building"),
    at(
        "Approach: Build strong customer relationships", on("implementation/progress-updates", automatic, repeats("7d"))
    ),
    frame("Key Strategies:"),
    at(
        "Executive Sponsor Development:",
        on("alignment/executive-introduction", automatic),
        on("optimization/sponsor-conversation", automatic, repeats("30d")),
    ),
    at(
        "Regular Communication:",
        on("implementation/progress-updates", automatic, repeats("7d")),
        on("activation/progress-updates-activation", automatic, repeats("7d")),
        on("optimization/progress-updates-optimization", automatic, repeats("14d")),
    ),
    at("Proactive Support:", on("implementation/proactive-support", repeats("7d"))),
    at("Success Celebration:", on("activation/success-celebration"), on("celebration:")),
    frame("Success Metrics:"),
    at("Executive sponsor relationship quality", on("optimization/relationship-survey", surveys("relationship", 4.3))),
    at(
        "Communication effectiveness and customer satisfaction",
        on("implementation/pulse-implementation", surveys("csat", 4.2)),
    ),
    elsewhere("Proactive support success rates", "Figures", "Tickets during onboarding and their satisfaction"),
    at("Customer advocacy development", on("optimization/advocacy")),
)

FIGURES = (
    frame("Onboarding Technology and Tools"),
    frame("Onboarding Platform Features"),
    elsewhere("Progress Tracking:", "Portal", "The plan of a project, live, for both sides"),
    at("Communication Tools:", on("implementation/progress-updates", automatic, kind("message"))),
    elsewhere("Training Management:", "Training", "Content, certification and expiry"),
    elsewhere("Success Measurement: Onboarding", "Figures", "Definitions in the open"),
    frame("Integration Requirements"),
    elsewhere("CRM Integration:", "Integrations", "Salesforce and HubSpot"),
    elsewhere("Product Analytics:", "Usage", "Intake of product events"),
    elsewhere("Support Systems:", "Integrations", "Zendesk and Jira"),
    elsewhere("Communication Systems:", "Communication", "Mail, calendar and chat"),
    frame("Success Metrics and KPIs"),
    frame("Onboarding Performance Metrics"),
    at("Time to Value: Time from contract signing", on("target:time_to_value_days", target_of(45, "days", "<=", 90))),
    at("Activation Rate:", on("target:activation_rate", target_of(85, "%"))),
    elsewhere("Completion Rate:", "Figures", "Completion within the target time of the segment"),
    elsewhere("Quality Score:", "Figures", "Weighted on-time, satisfaction, certification and rework"),
    frame("Customer Success Metrics"),
    at("User Adoption: User adoption rates", on("target:user_adoption", target_of(70, "%"))),
    at("Feature Utilization:", on("optimization/advanced-adoption", kind("milestone"))),
    at("Customer Satisfaction:", on("target:csat", target_of(4.2, "points of 5"))),
    at("Relationship Quality:", on("target:relationship_quality", target_of(4.3, "points of 5"))),
    frame("Business Impact Metrics"),
    elsewhere("Customer Retention:", "Figures", "First-year retention of those who completed"),
    elsewhere("Expansion Revenue:", "Figures", "Expansion after completion, from the CRM"),
    elsewhere("Referral Generation: Referral", "Figures", "Referrals by onboarding"),
    at("ROI Achievement:", on("activation/roi-demonstrated", kind("milestone"))),
)

PRACTICES = (
    frame("Implementation Best Practices"),
    frame("Process Excellence"),
    elsewhere("Standardization:", "Playbooks", "Numbered, immutable versions that every project starts from"),
    elsewhere(
        "Automation: Automated onboarding processes for efficiency", "Rules", "Automatic tasks, sequences and rules"
    ),
    elsewhere("Personalization:", "Playbooks", "Conditions, fields and overlays"),
    elsewhere("Continuous Improvement: Continuous onboarding", "Figures", "Comparison of versions, bottlenecks"),
    frame("Team Management"),
    elsewhere("Specialized Teams:", "Team", "Roles on both sides and who may fill them"),
    elsewhere("Training Excellence:", "Training", "Courses for members as well as for customers"),
    elsewhere("Performance Management:", "Figures", "Every figure by owner"),
    elsewhere("Development Planning:", "Team", "Certifications of members"),
    frame("Technology Optimization"),
    frame("Platform Selection:"),
    elsewhere("Integration Excellence:", "Integrations", "Connectors tested against published descriptions"),
    elsewhere("Analytics Implementation:", "Figures", "Cohorts, funnels and reports"),
    elsewhere("Automation Enhancement:", "Rules", "Triggers, conditions and actions"),
    frame("Expected Outcomes"),
    frame("Customer Experience Improvement"),
    at("45% Time to Value:", on("target:time_to_value_reduction", target_of(45, "%"))),
    at("85% Activation Rate:", on("target:activation_rate", target_of(85, "%"))),
    at("4.2+ Satisfaction:", on("target:csat", target_of(4.2, "points of 5"))),
    at("40% Relationship Quality:", on("target:relationship_quality_improvement", target_of(40, "%"))),
    frame("Business Impact Achievement"),
    at("40% Churn Reduction:", on("target:first_year_churn_reduction", target_of(40, "%"))),
    at("30% CLV Increase:", on("target:lifetime_value_increase", target_of(30, "%"))),
    at("25% Cost Efficiency:", on("target:onboarding_cost_reduction", target_of(25, "%"))),
    at("25% Referral Growth:", on("target:referral_increase", target_of(25, "%"))),
    frame("Related Documentation"),
    frame("Level 1: Executive summary"),
)

STATEMENTS = (*GOALS, *STRATEGIES, *PHASES, *FIGURES, *INDUSTRIES, *PRACTICES)
