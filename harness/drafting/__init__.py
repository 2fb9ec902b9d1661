"""From what Oracle or a sender gives (template, control file, sample) to layouts and a draft contract.

One module per kind of source; ``reading`` tells them apart, ``isolated`` reads each file in a process of its own. That
process imports nothing but this package and the library its kind needs, so nothing is exported here.
"""
