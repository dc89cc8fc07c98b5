"""The sentences about sheets: what is in them, what is lacking, and what became of a file."""

from bot.domain.overview_wording import as_typed, is_plain
from bot.domain.sheet import MOST_ROWS, Gathered, Handed, Handing, Kind, SheetAnswer
from bot.domain.words import NOTHING, At, Code, Foreign, Strong, Words, counted, duration, joined, number, words

_LONGEST_TROUBLE = 200
SCOPE = "files:write"
_INCOMPLETE = "INCOMPLETE"


def lacking(gathered: Gathered) -> Words:
    """What is not in a sheet of these rows, without a full stop; empty when nothing lacks."""
    read, total = len(gathered.rows), gathered.total
    if gathered.trouble is not None:
        why = Foreign(gathered.trouble, _LONGEST_TROUBLE)
        return words(f"only {number(read)} of {counted(total, 'request')} could be read (", why, ")")
    if not gathered.complete:
        seen = f"{counted(read, 'request')} seen, the API counts {number(total)}"
        return words(f"the list changed while it was read; {seen}")
    if gathered.is_too_long:
        return words(f"a sheet is of the oldest {number(MOST_ROWS)} requests, and there are {number(total)}")
    return NOTHING


def what_is_in_it(answer: SheetAnswer) -> Words:
    """How many rows or links there are, and since when they are new; without a full stop."""
    name, count = Foreign(answer.gathered.reference_id, strong=True), len(answer.rows)
    if answer.kind is Kind.ROWS:
        return words(f"{counted(count, 'row')} of ", name)
    new = "new " if answer.since is not None else ""
    since = words(" since ", At(answer.since, "day")) if answer.since is not None else NOTHING
    if not count:
        return words(f"No {new}output links under ", name, since)
    first = ", the first that you get here" if answer.only_new and not new else ""
    return words(f"{counted(count, f'{new}output link')} of ", name, since, first)


def what_lacks(answer: SheetAnswer, *, strong: bool = False) -> Words:
    """That it is not complete, and why; empty when it is. `strong` lets it stand out."""
    lacks = lacking(answer.gathered)
    return words(Strong(_INCOMPLETE) if strong else _INCOMPLETE, ": ", lacks, ".") if lacks else NOTHING


def notes(answer: SheetAnswer) -> tuple[Words, ...]:
    """How fresh it is, and which clips have no link."""
    read = words("read ", At(answer.gathered.read_at, "ago"))
    linkless = sum(1 for row in answer.gathered.rows if row.status == "completed" and not row.output_url)
    if answer.kind is Kind.ROWS or not linkless:
        return (read,)
    return (words(f"{counted(linkless, 'completed clip')} without a link"), read)


def beside_the_file(answer: SheetAnswer) -> Words:
    """What stands beside the file in the DM, as one sentence."""
    return joined(
        (words(what_is_in_it(answer), ", read ", At(answer.gathered.read_at, "day"), "."), what_lacks(answer)), " "
    )


def what_became_of_it(answer: SheetAnswer, handed: Handed, command: str) -> Words:
    """Where the file is, or why it is not there and what to do; `command` is the slash command."""
    again = _again(answer, command)
    match handed.outcome:
        case Handing.SENT:
            return words("The file ", Foreign(answer.file_name, 200, strong=True), " is in your DM with me.")
        case Handing.IN_DOUBT:
            return words(
                "Slack did not confirm the file, so it may have arrived: look into your DM with me first, and ",
                again,
                " if it is not there.",
            )
        case Handing.NO_SCOPE:
            return words(
                f"No file was sent: the Slack app lacks the scope {SCOPE}. Whoever runs me puts what"
                " lipsync-bot manifest prints into the app's settings and installs it again."
            )
        case Handing.BUSY:
            return words(f"No file was sent: Slack is busy. In {duration(handed.wait)}, ", again, ".")
        case Handing.NO_DM:
            return words("No file was sent: Slack does not let me into a DM with you", _because(handed), ".")
        case Handing.FAILED:
            return words("No file was sent: Slack did not take it", _because(handed), ". In a minute, ", again, ".")


def _again(answer: SheetAnswer, command: str) -> Words:
    name = answer.gathered.reference_id
    if not is_plain(name):
        return words("ask again")
    how = f" {answer.format.value}" if answer.kind is Kind.ROWS else ""
    how = " new" if answer.only_new else how
    word = "export" if answer.kind is Kind.ROWS else "links"
    return words("type ", Code(f"{command} {word} {as_typed(name)}{how}"), " again")


def _because(handed: Handed) -> Words:
    return words(" (", Foreign(handed.why, 60), ")") if handed.why else NOTHING
