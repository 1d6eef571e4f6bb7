"""The step-by-step guide to B2B onboarding, walked through `b2b-seven-stage`."""

from tests.playbooks.seeds.walking import (
    agenda,
    approved_by,
    asks,
    at,
    attended_by,
    automatic,
    between,
    delivers,
    due,
    elsewhere,
    exits,
    first_value,
    frame,
    goes_to,
    internal,
    invited,
    kind,
    lasts,
    on,
    owned_by,
    repeats,
    says,
    stages,
    starts,
    surveys,
    trains,
    waits_for,
    when,
)

PLAYBOOK = "b2b-seven-stage"
MID_MARKET = 'account.segment == "mid_market"'
ENTERPRISE = 'account.segment == "enterprise"'
ORDER = (
    "pre-onboarding",
    "kickoff",
    "implementation",
    "training",
    "first-value-stage",
    "adoption",
    "completion",
)

STATEMENTS = (
    frame("Customer Onboarding Process: A Step-by-Step Guide"),
    frame("Customer Onboarding Process"),
    frame("Table of Contents"),
    at("The 7-stage B2B onboarding process", on("playbook:", stages(*ORDER))),
    at("Stage 1: Pre-onboarding (within 24 hours of signature).", on("pre-onboarding", due("signature+24h"))),
    at("Stage 2: Kickoff call (within 7 days).", on("kickoff/kickoff-call", due("signature+7d"))),
    at("Stage 3: Implementation and setup.", on("implementation", waits_for("kickoff-call"))),
    at("Stage 4: Training and certification.", on("training")),
    at("Stage 5: First value milestone.", on("first-value-stage", waits_for("go-live"))),
    at("Stage 6: Adoption tracking.", on("adoption", starts("go_live+0h"))),
    at("Stage 7: Onboarding completion and handoff to ongoing CS.", on("completion", waits_for("first-value"))),
    at("Stage 1: Pre-onboarding", on("pre-onboarding", starts("signature+0h"))),
    at(
        "Welcome email within 24 hours",
        on(
            "pre-onboarding/welcome-email",
            automatic,
            due("signature+24h"),
            goes_to("project_owner", "executive_sponsor"),
            says("{{ portal_link }}", "{{ contact.first_name }}", "{{ account.name }}", "{{ owner.name }}"),
        ),
    ),
    at(
        "Calendar invite for kickoff call.",
        on("pre-onboarding/kickoff-invitation", internal, due("signature+24h")),
        on("kickoff/accept-invitation", due("signature+3d"), owned_by("project_owner")),
        on("kickoff/kickoff-call", automatic, invited("signature+24h")),
    ),
    at(
        "Implementation packet sent",
        on("pre-onboarding/prepare-packet", internal, delivers("implementation guide", "technical requirements")),
        on("pre-onboarding/implementation-packet", automatic, due("signature+24h"), waits_for("prepare-packet")),
    ),
    at(
        "Internal team alignment on customer context (sales handoff",
        on(
            "pre-onboarding/sales-handoff-notes",
            internal,
            owned_by("sales"),
            asks("why did they buy", "promise", "success"),
        ),
        on(
            "pre-onboarding/internal-alignment", internal, due("signature+24h"), attended_by("csm", "sales", "engineer")
        ),
    ),
    at("Stage 2: Kickoff call", on("kickoff", exits("within 7 days"))),
    at("Within 7 days of signature.", on("kickoff/kickoff-call", due("signature+7d"))),
    at(
        "Attendees: CSM, customer project owner, customer executive sponsor.",
        on("kickoff/kickoff-call", attended_by("csm", "project_owner", "executive_sponsor")),
    ),
    at(
        "Agenda: review success criteria, confirm timeline",
        on(
            "kickoff/kickoff-call",
            agenda(
                "review the success criteria",
                "confirm the timeline",
                "set communication norms",
                "schedule the trainings",
            ),
        ),
        on("kickoff/success-criteria", waits_for("kickoff-call")),
        on("kickoff/communication-norms", asks("day to day", "answer each other", "stuck")),
        on("kickoff/schedule-training", waits_for("kickoff-call")),
    ),
    at(
        "Deliverable: signed project plan with milestones.",
        on("kickoff/kickoff-call", delivers("signed project plan with milestones")),
        on("kickoff/signed-plan", kind("approval"), approved_by("project_owner", "executive_sponsor")),
    ),
    at("Stage 3: Implementation and setup", on("implementation")),
    at(
        "Technical setup: provisioning, integrations, data migration.",
        on("implementation/provisioning"),
        on("implementation/integrations", kind("integration"), when("project.needs_integrations")),
        on("implementation/data-export", kind("file_request"), when("project.needs_data_migration")),
        on("implementation/migration-rehearsal", when("project.needs_data_migration")),
        on("implementation/final-migration", when("project.needs_data_migration")),
    ),
    at(
        "Configuration: customer-specific settings, custom fields, workflows.",
        on("implementation/configuration-questionnaire", kind("form"), asks("fields of your own", "who may see")),
        on("implementation/settings"),
        on("implementation/custom-fields"),
        on("implementation/workflows"),
    ),
    at(
        "Validation: test environment, UAT.",
        on("implementation/test-environment", delivers("test environment")),
        on("implementation/uat", waits_for("test-environment")),
        on("implementation/acceptance", kind("approval"), approved_by("project_owner")),
    ),
    at(
        "Typical duration: 2-8 weeks depending on complexity.",
        on("implementation", lasts("2w", "8w")),
        on("field:complexity", says("about 2 weeks", "up to 8 weeks")),
    ),
    at("Stage 4: Training and certification", on("training")),
    at(
        "Admin training for internal champions.",
        on("training/admin-training", trains("admin_champion", "technical_lead", recording=True)),
    ),
    at(
        "End-user training for the broader team.", on("training/end-user-training", trains("end_users", recording=True))
    ),
    at(
        "Certification for power users.",
        on("training/certification", trains("admin_champion", "end_users", certifies=True)),
        on("training/power-users-certified", kind("milestone")),
    ),
    at(
        "Recorded sessions for ongoing reference.",
        on(
            "training/recorded-sessions",
            delivers("recording of the admin training", "recording of the end-user training"),
        ),
    ),
    at("Stage 5: First value milestone", on("first-value-stage/first-value", kind("milestone"))),
    at(
        "Defined in the kickoff call.",
        on("kickoff/kickoff-call", agenda("define the first value")),
        on("kickoff/success-criteria", asks("what is your first value", "how do we measure it")),
    ),
    at(
        "Measurable. 'First report run' or",
        on(
            "first-value-stage/first-value",
            first_value("First report run", "First deal closed using the platform", "First 10 users active"),
        ),
    ),
    at(
        "Celebrate explicitly with the customer. Send a thank-you, schedule a check-in.",
        on("celebration:", goes_to("project_owner", "executive_sponsor", "admin_champion"), says("you did it!")),
        on("first-value-stage/celebrate", waits_for("first-value")),
        on("first-value-stage/thank-you", automatic, goes_to("project_owner", "executive_sponsor", "admin_champion")),
        on("first-value-stage/next-check-in", automatic, kind("meeting"), waits_for("first-value")),
    ),
    at("Stage 6: Adoption tracking", on("adoption")),
    at(
        "Weekly health score check.",
        on("adoption/weekly-health-check", internal, repeats("7d"), starts("go_live+5d"), asks("how is it going")),
    ),
    at(
        "30-day, 60-day, 90-day check-ins.",
        on("adoption/check-in-30", kind("meeting"), due("signature+30d"), when(MID_MARKET)),
        on("adoption/check-in-60", kind("meeting"), due("signature+60d"), when(MID_MARKET)),
        on("adoption/check-in-90", kind("meeting"), due("signature+90d"), when(MID_MARKET)),
        on("adoption/check-in-30-enterprise", due("go_live+30d"), when(ENTERPRISE)),
        on("adoption/check-in-60-enterprise", due("go_live+60d"), when(ENTERPRISE)),
        on("adoption/check-in-90-enterprise", due("go_live+90d"), when(ENTERPRISE)),
        on(
            "adoption/book-later-check-ins",
            when('account.segment == "self_serve"'),
            delivers("day 30, day 60 and day 90"),
        ),
    ),
    at("Identify expansion opportunities.", on("adoption/expansion", internal, asks("what could be next"))),
    at(
        "Surface adoption gaps early.",
        on("adoption/adoption-gaps", internal, delivers("lag behind", "owner for each gap")),
    ),
    at("Stage 7: Onboarding completion", on("completion")),
    at(
        "Formal completion criteria met.",
        on("completion/completion-criteria", kind("approval"), approved_by("project_owner")),
        on("completion:required_tasks"),
        on("completion:first_value"),
        on("completion:customer_confirms"),
    ),
    at(
        "Handoff from implementation CSM to ongoing CSM (if separate).",
        on("completion/handoff-notes", when("project.separate_ongoing_csm")),
        on("completion/handoff-meeting", when("project.separate_ongoing_csm"), attended_by("csm", "ongoing_csm")),
        on("completion/introduction", when("project.separate_ongoing_csm")),
    ),
    at("Customer satisfaction survey.", on("completion/satisfaction-survey", surveys("csat", 4.2))),
    at("Move to ongoing customer success motion.", on("completion/ongoing-motion", owned_by("ongoing_csm"))),
    frame("Frequently asked questions"),
    frame("What are the stages of customer onboarding?"),
    at("Pre-onboarding, kickoff call, implementation, training", on("playbook:", stages(*ORDER))),
    frame("How long should customer onboarding take?"),
    at(
        "Self-serve: under 30 days. Mid-market: 30-90 days. Enterprise: 90-180 days.",
        on("duration:self_serve", between("", "30d")),
        on("duration:mid_market", between("30d", "90d")),
        on("duration:enterprise", between("90d", "180d")),
    ),
    frame("CTA"),
    elsewhere(
        "Run customer onboarding inside Salesforce", "Integrations", "Context of the CRM is kept by the connector"
    ),
    frame("Simplify your workflow"),
    frame("Ready to grow faster?"),
    frame("Book a demo"),
)
