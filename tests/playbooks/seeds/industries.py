"""The considerations of five industries, each of which is an overlay of `enterprise-success`."""

from tests.playbooks.seeds.walking import (
    approved_by,
    asks,
    at,
    attended_by,
    delivers,
    frame,
    kind,
    on,
    reaches,
    says,
    seen_in_usage,
    trains,
)

INDUSTRIES = (
    frame("Industry-Specific Onboarding Considerations"),
    at("Healthcare Onboarding", on("overlay:healthcare")),
    at(
        "Compliance Focus: HIPAA",
        on("overlay:healthcare/hipaa-agreement", kind("approval"), approved_by("executive_sponsor", "project_owner")),
        on(
            "overlay:healthcare/hipaa-safeguards",
            delivers("risk analysis", "audit log", "state and local requirements"),
        ),
    ),
    at(
        "Integration Complexity:",
        on("overlay:healthcare/clinical-integration", kind("integration"), says("health record")),
    ),
    at("Training Requirements:", on("overlay:healthcare/clinical-training", trains("end_users", certifies=True))),
    at(
        "Outcome Measurement: Patient",
        on("overlay:healthcare/patient-outcome-baseline", asks("which patient outcome", "today")),
        on("overlay:healthcare/patient-outcomes", reaches("patient_outcome_improvement", 1, "outcome")),
    ),
    at("Financial Services Onboarding", on("overlay:financial-services")),
    at(
        "Regulatory Compliance: SEC/FINRA",
        on("overlay:financial-services/compliance-scope", asks("sec 17a", "how long")),
        on("overlay:financial-services/audit-trail", delivers("audit trail", "trial export")),
    ),
    at("Risk Management:", on("overlay:financial-services/risk-assessment", asks("credit", "compliance risks"))),
    at(
        "Security Requirements:",
        on("overlay:financial-services/security-review", approved_by("technical_lead", "executive_sponsor")),
    ),
    at(
        "Executive Relationships:",
        on("overlay:financial-services/c-level-relationships", attended_by("vendor_executive", "executive_sponsor")),
    ),
    at("E-commerce Onboarding", on("overlay:ecommerce")),
    at(
        "Scale Management:",
        on("overlay:ecommerce/scale-plan", asks("busiest day", "support cases")),
        on("overlay:ecommerce/scale-test", delivers("load test")),
    ),
    at("Automation Focus:", on("overlay:ecommerce/onboarding-automation", delivers("automated set-up"))),
    at(
        "Integration Requirements: E-commerce",
        on("overlay:ecommerce/shop-integration", kind("integration"), says("workflows")),
    ),
    at("Customer Experience: Customer", on("overlay:ecommerce/shopper-experience", delivers("shopper satisfaction"))),
    at("Professional Services Onboarding", on("overlay:professional-services")),
    at(
        "Relationship Focus:", on("overlay:professional-services/partner-relationships", kind("meeting"), says("trust"))
    ),
    at(
        "Consultation Excellence:",
        on("overlay:professional-services/advisory-session", delivers("written recommendation")),
    ),
    at(
        "Customization:",
        on("overlay:professional-services/personalization", asks("practices")),
        on("overlay:professional-services/custom-setup"),
    ),
    at(
        "Outcome Measurement: Professional",
        on("overlay:professional-services/service-outcomes", reaches("service_outcome_improvement", 1, "measure")),
    ),
    at("SaaS Onboarding", on("overlay:saas")),
    at("Product Focus:", on("overlay:saas/feature-utilization", seen_in_usage("feature_used"))),
    at("User Experience:", on("overlay:saas/ux-review", delivers("observed first uses"))),
    at("Technical Integration:", on("overlay:saas/saas-integration", kind("integration"), says("api"))),
    at("Continuous Improvement: Continuous product", on("overlay:saas/improvement-loop", kind("meeting"))),
)
