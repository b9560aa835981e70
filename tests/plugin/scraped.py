"""A page of metrics, read as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families


class Scraped:
    """The samples of one page."""

    def __init__(self, page: str) -> None:
        self.families = {family.name: family for family in text_string_to_metric_families(page)}
        self.samples = [sample for family in self.families.values() for sample in family.samples]

    def value(self, name: str, **labels: str) -> float:
        """The sum of all samples of that name which have these labels, among others."""
        return sum(s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items())

    def labels(self, label: str) -> set[str]:
        """Every value that this label has."""
        return {sample.labels[label] for sample in self.samples if label in sample.labels}
