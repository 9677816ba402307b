"""Runs the equations of a disease card: fast for a million people, slowly and plainly for the few that judge the fast answer."""
