"""Foreign keys point down or stay inside a package (DESIGN, section 4); the import linter cannot see strings."""

from django.apps import apps

ORDER = [
    "vault",
    "jobs",
    "ledger",
    "accounts",
    "rules",
    "locations",
    "law",
    "recipients",
    "checks",
    "evidence",
    "matching",
    "exchange",
    "cases",
    "hotline",
    "notices",
    "statistics",
]
SIDEWAYS = {("checks", "evidence"), ("evidence", "checks"), ("hotline", "notices"), ("notices", "hotline")}
WORLD = {"rules", "locations", "law", "recipients", "checks", "evidence", "matching", "exchange"}


def ours() -> list[str]:
    return [config.label for config in apps.get_app_configs() if config.name.startswith("recourse.")]


def foreign_keys() -> list[tuple[str, str, str]]:
    found = []
    for label in ours():
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                if field.concrete and field.is_relation and field.related_model is not None:
                    target = field.related_model._meta.app_label
                    found.append((label, target, f"{model._meta.label}.{field.name}"))
    return found


def test_every_package_with_tables_has_a_place_in_the_order() -> None:
    with_tables = {label for label in ours() if any(apps.get_app_config(label).get_models())}
    assert with_tables <= set(ORDER)


def test_foreign_keys_point_down() -> None:
    keys = foreign_keys()
    assert keys, "no foreign key was found: the test looks in the wrong place"
    wrong = []
    for source, target, name in keys:
        if target not in ORDER or source == target:
            continue
        sideways = (source, target) in SIDEWAYS or (source in WORLD and target == "accounts")
        if ORDER.index(target) > ORDER.index(source) or sideways:
            wrong.append(name)
    assert wrong == []


def test_no_foreign_key_points_at_a_stranger_s_table() -> None:
    assert [name for _, target, name in foreign_keys() if target not in ORDER] == []
