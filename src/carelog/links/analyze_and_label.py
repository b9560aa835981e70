"""`analyze_and_label`: has a language model label the conversation; the labels become tags."""

from pydantic import Field

from carelog.conversations import Conversation, tags_of
from carelog.links.asking import AskingLink, AskingOptions, Finding, json_answer

_MOST_LABELS = 50
_LONGEST_LABEL = 80


class AnalyzeAndLabelOptions(AskingOptions):
    """`prompt` asks for a JSON object whose `labels` are a list of strings. With `labels`, only those become tags:
    what people say can lead a model to any other."""

    prompt: str = Field(
        default="Which labels sort this conversation best? Answer with a JSON object whose only key, 'labels', holds a "
        "list of short strings.",
        min_length=1,
    )
    analysis_type: str = "labeled_analysis"
    labels: tuple[str, ...] = ()


class AnalyzeAndLabelLink(AskingLink[AnalyzeAndLabelOptions]):
    """Keeps the answer as an analysis, and each label as a tag, unless there is a tag of that name already."""

    options_model = AnalyzeAndLabelOptions
    name = "analyze_and_label"
    json = True

    def question(self, text: str) -> str:
        choice = f"\nThe only labels are: {', '.join(self.options.labels)}." if self.options.labels else ""
        return f"{self.options.prompt}{choice}\n\n{text}"

    def finding(self, answer: str, conversation: Conversation) -> Finding | None:
        labels = json_answer(answer, "labels")
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            return None
        known = [label for label in labels if not self.options.labels or label in self.options.labels]
        tags = dict(filter(None, map(_tag, known[:_MOST_LABELS])))
        has = tags_of(conversation)
        return Finding({"labels": labels}, {name: value for name, value in tags.items() if name not in has})


def _tag(label: str) -> tuple[str, str] | None:
    """A label as the `tag` link would write it: 'name:value', or a name alone that is its own value."""
    if len(label) > _LONGEST_LABEL or not label.isprintable():
        return None
    name, colon, value = label.partition(":")
    return (name.strip(), (value if colon else name).strip()) if name.strip() else None
