"""A conserver's config.yml in Carelog's words, and the line of what is wrong with it."""

import textwrap
from pathlib import Path
from typing import Any

import pytest

from carelog.app import Made
from carelog.conserver.translate import Translated, is_conservers, translate
from carelog.kit.errors import ConfigurationError
from carelog.kit.yamltext import parse
from carelog.settings import load_settings


def read(config: str, **options: Any) -> Translated:
    return translate(parse(textwrap.dedent(config), "config.yml"), **options)


def problem(config: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(config)
    assert refused.value.details["file"] == "config.yml"
    return refused.value.message


def links_of(config: str, **options: Any) -> list[dict[str, Any]]:
    [chain] = read(config, **options).definitions.chains.values()
    return [link.model_dump() for link in chain.links]


def test_a_chain_keeps_its_links_lists_and_storages() -> None:
    translated = read(
        """
        links:
          tag: {module: links.tag, options: {tags: [a]}}
          wait: {module: links.delay}
          keep: {module: links.expire_vcon, options: {seconds: 60}}
          filter: {module: links.jq_link, options: {filter: .subject, forward_matches: false}}
        storages:
          file: {module: storage.file, options: {path: /data/vcons, organize_by_date: false, compression: true}}
          pg: {module: storage.postgres, options: {user: u, password: made-up, host: db, port: "5433", database: d}}
        chains:
          calls:
            links: [tag, wait, {keep: {seconds: 90}}, filter]
            storages: [file, pg]
            ingress_lists: [in_1, in_2]
            egress_lists: [out]
            timeout: 20
            enabled: 1
        """
    )
    chain = translated.definitions.chains["calls"]
    assert [(link.name, link.options) for link in chain.links] == [
        ("tag", {"tags": ["a"]}),
        ("delay", {"seconds": 5}),
        ("expire", {"seconds": 90}),
        ("jq", {"filter": ".subject", "forward_matches": False}),
    ]
    assert (chain.ingress_lists, chain.egress_lists) == (("in_1", "in_2"), ("out",))
    assert (chain.storages, chain.timeout, chain.enabled) == (("file", "pg"), 20, True)
    storages = {name: (storage.type, storage.options) for name, storage in translated.definitions.storages.items()}
    assert storages["file"] == ("files", {"path": "/data/vcons", "organise": "flat", "gzip": True})
    assert storages["pg"] == (
        "postgres",
        {"user": "u", "password": "made-up", "host": "db", "port": "5433", "database": "d"},
    )
    assert not translated.warnings


def test_routes_to_lists_become_routes_to_their_readers() -> None:
    config = """
        links:
          route: {module: links.tag_router, options: {tag_routes: {urgent: fast}, forward_original: false}}
        chains:
          first: {links: [route], ingress_lists: [in]}
          second: {ingress_lists: [fast]}
          third: {ingress_lists: [fast, slow]}
        """
    chains = read(config).definitions.chains
    assert chains["first"].links[0].options == {
        "tag_routes": {"urgent": ["second", "third"]},
        "forward_original": False,
    }
    assert problem(config.replace("urgent: fast", "urgent: nowhere")).startswith(
        "config.yml line 3: links.route.options.tag_routes.urgent: no chain reads this list"
    )


def test_keys_of_vendors_stay_out_of_the_definitions() -> None:
    translated = read(
        """
        links:
          sum up:
            module: links.analyze
            options: {OPENAI_API_KEY: sk-made-up, prompt: Sum it up., model: small}
          listen: {module: links.openai_transcribe}
          ears: {module: links.deepgram_link, options: {DEEPGRAM_KEY: dg-made-up}}
          proxied:
            module: links.deepgram_link
            options: {LITELLM_PROXY_URL: "http://proxy:4000", LITELLM_MASTER_KEY: made-up-key}
        chains:
          calls: {links: [sum up, listen, ears, proxied], ingress_lists: [in]}
        """
    )
    definitions = translated.definitions
    assert "made-up" not in str(definitions.chains) and "made-up" not in str(definitions.ai_endpoints)
    assert "made-up" not in repr(translated)
    endpoints = definitions.ai_endpoints
    assert str(endpoints["sum up"].url) == "https://api.openai.com/v1"
    assert translated.secrets[endpoints["sum up"].api_key_env or ""] == "sk-made-up"
    assert endpoints["listen"].api_key_env == "OPENAI_API_KEY"
    assert (str(endpoints["ears"].url), endpoints["ears"].speaks) == ("https://api.deepgram.com/", "deepgram")
    assert translated.secrets[endpoints["ears"].api_key_env or ""] == "dg-made-up"
    assert (str(endpoints["proxied"].url), endpoints["proxied"].speaks) == ("http://proxy:4000/", "openai")
    links = definitions.chains["calls"].links
    assert [link.options["endpoint"] for link in links] == ["sum up", "listen", "ears", "proxied"]
    assert (links[2].options["model"], links[2].options["minimum_duration"]) == ("nova-3", 60)


def test_an_endpoint_that_is_called_as_a_link_is_used_by_it() -> None:
    config = """
        links: {listen: {module: links.hugging_face_whisper, options: {API_KEY: made-up}}}
        chains: {calls: {links: [listen], ingress_lists: [in]}}
        """
    assert "the protocol of hugging_face is not spoken here" in problem(config)
    [link] = links_of(config, endpoints=["listen"])
    assert link["options"]["endpoint"] == "listen" and "made-up" not in str(link)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("links: [a]", "config.yml line 1: links: must hold names with values"),
        ("chains:\n  a:\n    links: [b]", "config.yml line 3: chains.a.links.0: there is no link named 'b' in links"),
        (
            "links:\n  a:\n    module: links.scitt\nchains:\n  c: {links: [a]}",
            "config.yml line 3: links.a: links.scitt has no counterpart here",
        ),
        (
            "links:\n  a:\n    module: my_own\n    pip_name: my-own\nchains:\n  c: {links: [a]}",
            "config.yml line 3: links.a: my_own has no counterpart here",
        ),
        (
            "links:\n  a:\n    module: links.tag\n    options:\n      tags: [x]\n      colour: red\n"
            "chains:\n  c: {links: [a]}",
            "config.yml line 6: links.a.options.colour: has no counterpart here",
        ),
        (
            "links:\n  a: {module: links.tag}\nchains:\n  c:\n    links:\n    - a: {colour: red}",
            "config.yml line 6: chains.c.links.0.a.colour: has no counterpart here",
        ),
        (
            "storages:\n  m:\n    module: storage.mongo\nchains:\n  c: {storages: [m]}",
            "config.yml line 3: storages.m: has no counterpart here",
        ),
        ("chains:\n  c:\n    storages: [x]", "config.yml line 3: chains.c.storages.0: names a storage that is not"),
        ("chains:\n  c:\n    enabled: maybe", "config.yml line 3: chains.c.enabled: must be 1 or 0"),
        ("chains:\n  c:\n    timeout: -1", "config.yml line 3: chains.c.timeout: "),
        ("chains:\n  c:\n    ingress: [x]", "config.yml line 3: chains.c.ingress: a chain has no such key"),
        ("followers:\n  f:\n    url: nowhere", "config.yml line 3: followers.f.url: "),
        ("ingress_auth:\n  calls:\n  - ''", "config.yml line 3: ingress_auth.calls.0: "),
        ("chains:\n  c:\n    links: []\n  c:\n    links: []", "config.yml line 4: 'c' stands twice"),
        ("chains:\n\t- c", "config.yml is not YAML at line 2, column 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(config: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(config)
    assert refused.value.message.startswith(told)


def test_what_no_enabled_chain_needs_is_left_out_with_a_warning() -> None:
    translated = read(
        """
        imports: {helper: {module: helper, pip_name: helper-package}}
        tracers: {jlinc: {module: tracers.jlinc}}
        links: {slack: {module: links.post_analysis_to_slack}, unused: {module: whatever}}
        storages: {mongo: {module: storage.mongo}}
        chains:
          "on": {ingress_lists: [in], tracers: [jlinc]}
          "off": {links: [slack], storages: [mongo], enabled: 0}
        """
    )
    assert list(translated.definitions.chains) == ["on"]
    told = "\n".join(translated.warnings)
    for place in ("imports.helper", "tracers.jlinc", "links.slack", "storages.mongo"):
        assert place in told
    assert "nothing is ever installed" in told


def test_the_shape_tells_whose_configuration_it_is() -> None:
    assert is_conservers({"chains": {}, "storages": {"s": {"module": "storage.file"}}})
    assert not is_conservers({"chains": {}, "storages": {"s": {"type": "files", "path": "/data"}}})
    assert not is_conservers(None)


def test_a_webhook_needs_a_secret_to_be_signed_with(monkeypatch: pytest.MonkeyPatch) -> None:
    config = """
        links:
          hook:
            module: links.webhook
            options: {webhook-urls: ["https://hooks.example.org/x"]}
        chains: {calls: {links: [hook], ingress_lists: [in]}}
        """
    [link] = links_of(config)
    assert link["options"]["secret_env"] == "CARELOG_WEBHOOK_SECRET"
    path = Path("config.yml")
    path.write_text(textwrap.dedent(config))
    configured = load_settings(conserver_config=path).configured
    with pytest.raises(ConfigurationError, match=r"config.yml line 5: .*CARELOG_WEBHOOK_SECRET"):
        configured.made(Made.of)
    monkeypatch.setenv("CARELOG_WEBHOOK_SECRET", "whsec_c2VjcmV0LW1hZGUtdXAtZm9yLXRlc3RzISE=")
    assert configured.made(Made.of).chains.get("calls")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("port: 8080\nchains:\n  a:\n    links:\n    - tag\n    lane: fast\n", r"chains\.a\.lane: .*line 6"),
        ("chains:\n  a:\n    links:\n    - extract\n    - tag:\n        tags: []\n", "line 6: chain 'a': link 'tag'"),
        ("chains:\n  a:\n    links:\n    - magic\n", "line 4: chain 'a': there is no link named 'magic'"),
        ("storages:\n  s:\n    type: nowhere\n", "line 2: there is no storage of type 'nowhere'"),
        ("bulk_limit: 0\n", r"bulk_limit: .*line 1"),
    ],
)
def test_carelogs_own_file_is_told_with_the_line_too(config: str, told: str) -> None:
    Path("carelog.yaml").write_text(config)
    with pytest.raises(ConfigurationError, match=told):
        load_settings().configured.made(Made.of)


def test_one_file_says_what_is_done() -> None:
    Path("config.yml").write_text("chains: {}\n")
    Path("carelog.yaml").write_text("conserver_config: config.yml\nchains:\n  a: {links: [extract]}\n")
    with pytest.raises(ConfigurationError, match=r"chains: with conserver_config, config.yml alone says it"):
        load_settings()
    Path("carelog.yaml").write_text("conserver_config: config.yml\n")
    assert load_settings().chains == {}
