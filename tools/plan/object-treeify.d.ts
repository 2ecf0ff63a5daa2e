declare module "object-treeify" {
  export default function treeify(tree: object, options?: Readonly<Record<string, unknown>>): string;
}
