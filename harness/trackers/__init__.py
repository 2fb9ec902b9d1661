"""The RAID log and trackers: files that Jira and ServiceNow import, and records of ServiceNow. docs/trackers.md."""

from harness.trackers.jira import jira_csv
from harness.trackers.servicenow import servicenow_csv

__all__ = ["jira_csv", "servicenow_csv"]
