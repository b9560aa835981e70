"""`check_and_tag`: has a language model answer a yes-or-no question; yes gives the conversation a tag."""

from pydantic import Field

from carelog.conversations import Conversation
from carelog.links.asking import AskingLink, AskingOptions, Finding, json_answer

_FORM = "Answer with a JSON object whose only key, 'applies', is true for yes and false for no."


class CheckAndTagOptions(AskingOptions):
    """`evaluation_question` is what is asked; `tag_name` and `tag_value` are the tag."""

    evaluation_question: str = Field(min_length=1)
    tag_name: str = Field(pattern=r"^\s*[^\s:][^:]*$")
    tag_value: str = Field(min_length=1)
    analysis_type: str = "tag_evaluation"


class CheckAndTagLink(AskingLink[CheckAndTagOptions]):
    """Keeps the answer as an analysis, be it yes or no."""

    options_model = CheckAndTagOptions
    name = "check_and_tag"
    json = True

    def question(self, text: str) -> str:
        return f"{self.options.evaluation_question}\n\n{_FORM}\n\n{text}"

    def finding(self, answer: str, conversation: Conversation) -> Finding | None:
        applies = json_answer(answer, "applies")
        if not isinstance(applies, bool):
            return None
        name, value = self.options.tag_name, self.options.tag_value
        return Finding({"tag": f"{name}:{value}", "applies": applies}, {name: value} if applies else {})
