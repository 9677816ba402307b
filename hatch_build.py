"""Fetch the OFL Chinese font from the npm registry into the package, so that PDFs need no system font."""

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        return
