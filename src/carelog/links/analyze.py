"""`analyze`: has a language model answer a question about the conversation, a summary by default."""

from pydantic import Field

from carelog.conversations import Conversation
from carelog.links.asking import AskingLink, AskingOptions, Finding


class AnalyzeOptions(AskingOptions):
    """`prompt` stands before the words."""

    prompt: str = Field(
        default="Summarize this conversation in a few sentences, with nothing that was not said in it.", min_length=1
    )
    analysis_type: str = "summary"


class AnalyzeLink(AskingLink[AnalyzeOptions]):
    """Keeps the answer, word for word, as an analysis. It is no source of the record: it quotes nobody."""

    options_model = AnalyzeOptions
    name = "analyze"

    def question(self, text: str) -> str:
        return f"{self.options.prompt}\n\n{text}"

    def finding(self, answer: str, conversation: Conversation) -> Finding:
        return Finding(answer, {})
