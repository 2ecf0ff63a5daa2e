export const neo4jEndpoints = (p: any): any => ({ uri: "neo4j://x:7687", hosts: [] });
