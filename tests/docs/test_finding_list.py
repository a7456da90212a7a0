import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_list_of_findings_is_what_the_sources_say() -> None:
    spec = importlib.util.spec_from_file_location("finding_list", ROOT / "docs" / "site" / "finding_list.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert page == module.written(), "docs/findings.md is stale: run python docs/site/finding_list.py"
    assert page.count("\n| `") > 60
