"""Django application of customers."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "firstwin.customers"
    label = "customers"
