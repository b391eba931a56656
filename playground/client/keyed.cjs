// A plugin of graphql-codegen: which mutations take an idempotency key, and so may be sent again.
const { getNamedType, isInputObjectType } = require('graphql');

module.exports.plugin = (schema) => {
  const fields = Object.values(schema.getMutationType().getFields());
  const keyed = fields.filter(({ args }) =>
    args.some(({ type }) => {
      const input = getNamedType(type);
      return isInputObjectType(input) && 'idempotencyKey' in input.getFields();
    }),
  );
  const names = keyed.map(({ name }) => `  '${name}',\n`).join('');
  return `/** The mutations that do nothing twice when they come twice with the same idempotency key. */\nexport const KEYED: ReadonlySet<string> = new Set([\n${names}]);\n`;
};
