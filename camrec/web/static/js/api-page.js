/**
 * The page of the API, made from openapi.json: no foreign host is asked for anything.
 * @module api-page
 */

import { byId, make, setText } from "./dom.js";

const METHODS = ["get", "post", "put", "delete"];

show().catch((error) => setText(byId("told"), `The description of the API could not be loaded: ${error.message}`));

async function show() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const { info, paths, components } = await answer.json();
  setText(byId("told"), `${info.title} ${info.version}`);
  for (const [path, routes] of Object.entries(paths)) {
    const methods = METHODS.filter((method) => routes[method]);
    byId("routes").append(...methods.map((method) => routeOf(method, path, routes[method])));
  }
  byId("shapes").append(...Object.entries(components?.schemas ?? {}).map(([name, schema]) => shapeOf(name, schema)));
  byId("shapes").hidden = false;
}

/** @param {string} method @param {string} path @param {any} route */
function routeOf(method, path, route) {
  const title = make("h2", {}, make("span", { class: "method" }, method.toUpperCase()), make("code", {}, path));
  const parts = [title, make("p", {}, route.description ?? route.summary ?? "")];
  const parameters = (route.parameters ?? []).map((/** @type {any} */ it) => [it.name, it.in, typeOf(it.schema), defaultOf(it.schema), it.description ?? it.schema?.description ?? ""]);
  if (parameters.length) parts.push(make("h3", {}, "Parameters"), table(["name", "in", "type", "default", "meaning"], parameters));
  const bodies = Object.entries(route.requestBody?.content ?? {}).map(([type, { schema }]) => [type, typeOf(schema)]);
  if (bodies.length) parts.push(make("h3", {}, "Body"), table(["kind", "type"], bodies));
  const answers = Object.entries(route.responses).map(([status, told]) => [status, told.description, contentOf(told)]);
  parts.push(make("h3", {}, "Answers"), table(["status", "meaning", "content"], answers));
  return make("article", { class: "route", id: `${method}${path.replace(/\W/g, "-")}` }, ...parts);
}

/** @param {string[]} heads @param {string[][]} rows */
function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  const body = rows.map((row) => make("tr", {}, ...row.map((text, index) => make("td", { class: index ? "" : "read" }, text))));
  return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": heads.join(", ") }, make("table", { class: "table" }, make("thead", {}, head), make("tbody", {}, ...body)));
}

/** @param {string} name @param {any} schema */
function shapeOf(name, schema) {
  const text = JSON.stringify(schema.properties ?? schema, null, 2);
  return make("details", { id: name }, make("summary", {}, name), make("pre", { tabindex: "0" }, make("code", {}, text)));
}

/** A schema in a few words. @param {any} schema @returns {string} */
function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).filter((/** @type {string} */ type) => type !== "null").join(" or ");
  if (schema.type === "array") return `${typeOf(schema.items)}[]`;
  return [schema.type, rangeOf(schema)].filter(Boolean).join(" ");
}

/** @param {any} schema */
function rangeOf({ minimum, maximum }) {
  return minimum === undefined || maximum === undefined ? "" : `${minimum} to ${maximum}`;
}

/** @param {any} schema */
function defaultOf(schema) {
  return schema?.default === undefined || schema.default === null ? "" : String(schema.default);
}

/** @param {any} told */
function contentOf(told) {
  return Object.entries(told.content ?? {}).map(([type, { schema }]) => [type, typeOf(schema)].filter(Boolean).join(" ")).join(", ");
}
