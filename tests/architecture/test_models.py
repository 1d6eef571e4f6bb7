"""What the import contracts cannot show of the tables: foreign keys point down and leave nothing behind."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from firstwin.shared.models import WorkspaceModel
from tests.architecture import tree

TENANT_FREE = {"identity", "jobs", "journal", "config"}
"""Domains of the engine and of sign-in, some of whose rows belong to no workspace or to many."""


def product_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("firstwin.")]


def relations() -> Iterator[tuple[type[models.Model], "models.ForeignKey[models.Model, models.Model]"]]:
    for model in product_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField) and not field.auto_created:
                declared_in_product = field.model.__module__.startswith("firstwin.")
                if declared_in_product and not is_inherited_from_django(model, field.name):
                    yield model, field  # type: ignore[misc]


def is_inherited_from_django(model: type[models.Model], name: str) -> bool:
    return any(name in vars(base) for base in model.__mro__ if base.__module__.startswith("django."))


def test_foreign_keys_point_down() -> None:
    level = tree.level_of()
    upward = []
    for model, field in relations():
        target = field.related_model
        assert isinstance(target, type)
        own, other = model._meta.app_label, target._meta.app_label
        if other in level and own != other and level[other] >= level[own]:
            upward.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert not upward, "a lower domain must not know a higher one: keep the id in the higher one instead"


def test_foreign_keys_leave_no_reverse_accessor() -> None:
    loud = [f"{model.__name__}.{field.name}" for model, field in relations() if not field.remote_field.hidden]
    assert not loud, 'write related_name="+"'


def test_rows_of_the_domains_belong_to_one_workspace() -> None:
    free = [
        model.__name__
        for model in product_models()
        if model._meta.app_label not in TENANT_FREE and not issubclass(model, WorkspaceModel)
    ]
    assert not free, "inherit WorkspaceModel"


@pytest.mark.parametrize("model", product_models(), ids=lambda model: model.__name__)
def test_tables_have_no_default_order_and_no_save_tricks(model: type[models.Model]) -> None:
    assert not model._meta.ordering, "order in the query that needs it"
    assert "save" not in vars(model)
    assert "delete" not in vars(model)
