export const NEO4J_SECRETS = [{ name: 'neo4j-api', fields: { username: { text: 'ape' }, password: { randomLength: 32 } } }];
