"""Who may read the journal."""

from firstwin.journal.contracts import AuthorKind, EntryFilter, Reader

JOURNAL_ROLES = frozenset({"owner", "admin", "auditor"})


def can_read_timeline(actor: Reader) -> bool:
    """Everyone of the vendor reads the timeline of an account, a project or another single thing; customers do not."""
    return actor.author.kind is not AuthorKind.CONTACT


def can_read_journal(actor: Reader) -> bool:
    """Owners, admins and auditors, API keys with the scope journal:read, and the product itself read the whole journal."""
    kind = actor.author.kind
    if kind is AuthorKind.SYSTEM:
        return True
    if kind is AuthorKind.API_KEY:
        return bool({"journal:read", "admin"} & actor.scopes)
    return kind is AuthorKind.MEMBER and actor.role in JOURNAL_ROLES


def can_list_entries(actor: Reader, chosen: EntryFilter) -> bool:
    """A list that is narrowed to one thing is a timeline; any other is the journal."""
    is_narrow = any((chosen.subject_id, chosen.account_id, chosen.project_id))
    return can_read_timeline(actor) if is_narrow else can_read_journal(actor)
