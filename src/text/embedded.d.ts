// Files that are embedded as text: `import page from "….md" with { type: "text" }`.

declare module "*.md" {
  const text: string;
  export default text;
}

declare module "*.8" {
  const text: string;
  export default text;
}

declare module "*/statuspage.html" {
  const text: string;
  export default text;
}

declare module "*/ha.cf" {
  const text: string;
  export default text;
}

declare module "*/haresources" {
  const text: string;
  export default text;
}

declare module "*/carp.conf" {
  const text: string;
  export default text;
}

declare module "*/unprivileged.conf" {
  const text: string;
  export default text;
}
