// What callers lose between two schemas without having been warned.
import { CriticalityLevel, ChangeType, diff } from '@graphql-inspector/core';
import { buildSchema, getNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

/** Removals and narrowings of what was not deprecated before, as `coordinate: what`. */
export async function unannounced(before, now) {
  const released = buildSchema(before);
  const changes = await diff(released, buildSchema(now));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .filter((change) => !wasAnnounced(released, change))
    .map(({ path, message }) => `${path}: ${message}`);
}

function wasAnnounced(schema, { path, type }) {
  if (type === ChangeType.TypeRemoved) return isLeftByAll(schema, path);
  const [name, member, argument] = path.split('.');
  const found = members(schema.getType(name)).find((each) => each.name === member);
  const args = found?.args?.filter((each) => each.name === argument) ?? [];
  return [found, ...args].some((each) => each?.deprecationReason != null);
}

/** A type may go with the last of its uses: each of them was deprecated. */
function isLeftByAll(schema, name) {
  const uses = Object.values(schema.getTypeMap()).flatMap((type) =>
    members(type).flatMap((member) => {
      const announced = member.deprecationReason != null;
      const inside = (member.args ?? []).map((each) => ({ ...each, announced: announced || each.deprecationReason != null }));
      return [{ type: member.type, announced }, ...inside].filter((use) => use.type && getNamedType(use.type).name === name);
    }),
  );
  return uses.length > 0 && uses.every(({ announced }) => announced);
}

function members(type) {
  if (isEnumType(type)) return type.getValues();
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
}
