// What JSON cannot say: the columns of the table. All else stands in config.json, written for each report.
import { readFileSync } from "node:fs";

const config = JSON.parse(readFileSync(new URL("config.json", import.meta.url), "utf-8"));
const label = name => result => result.labels.filter(one => one.name === name).map(one => one.value).join(" ");
const labels = ["epic", "feature", "story", "severity", "owner", "layer", "evidence", "contract_version"];
const links = result => result.links.filter(one => one.type === "issue").map(one => one.name).join(" ");

config.plugins.csv.options.fields = [
  { header: "test", accessor: "name" },
  { header: "status", accessor: "status" },
  ...labels.map(name => ({ header: name, accessor: label(name) })),
  { header: "raid", accessor: links },
  { header: "message", accessor: result => result.error?.message },
];

export default config;
