// What flows are made of, as the server describes it, found by id.

import type { JsonMap } from './json';

export interface Operation {
  id: string;
  title: string;
  doc: string;
  effect: string;
  input: JsonMap;
  output: JsonMap;
}

export interface Trigger {
  id: string;
  title: string;
  doc: string;
  subject: string;
  schema: JsonMap;
}

export interface Connector {
  id: string;
  title: string;
  doc: string;
  triggers: readonly Trigger[];
  operations: readonly Operation[];
}

export interface Block {
  kind: string;
  title: string;
  doc: string;
}

export interface Catalog {
  connectors: readonly Connector[];
  blocks: readonly Block[];
  operation: (id: string) => { operation: Operation; connector: Connector } | undefined;
  trigger: (id: string) => { trigger: Trigger; connector: Connector } | undefined;
}

export function catalogOf(connectors: readonly Connector[], blocks: readonly Block[]): Catalog {
  const operations = new Map<string, { operation: Operation; connector: Connector }>();
  const triggers = new Map<string, { trigger: Trigger; connector: Connector }>();
  for (const connector of connectors) {
    for (const operation of connector.operations) {
      operations.set(operation.id, { operation, connector });
    }
    for (const trigger of connector.triggers) triggers.set(trigger.id, { trigger, connector });
  }
  return {
    connectors,
    blocks,
    operation: (id) => operations.get(id),
    trigger: (id) => triggers.get(id),
  };
}
