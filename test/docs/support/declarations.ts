import { readdirSync } from 'node:fs';
import ts from 'typescript';
import { ROOT, textOf } from './markdown.js';

function statementsOf(file: string): readonly ts.Statement[] {
  return ts.createSourceFile(`${ROOT}${file}`, textOf(file), ts.ScriptTarget.ES2022, true)
    .statements;
}

function declared<T extends ts.DeclarationStatement>(
  file: string,
  name: string,
  isKind: (node: ts.Node) => node is T,
): T {
  const found = statementsOf(file)
    .filter(isKind)
    .find((statement) => statement.name?.text === name);
  if (found === undefined) throw new Error(`${file} declares no ${name} any more`);
  return found;
}

/** Of every member of an interface: its `@defaultValue`, or '' where it has none. */
export function membersOf(file: string, name: string): Map<string, string> {
  const { members } = declared(file, name, ts.isInterfaceDeclaration);
  return new Map(
    members.map((member) => {
      const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'defaultValue');
      const text = ts.getTextOfJSDocComment(tag?.comment) ?? '';
      return [member.name?.getText().replaceAll("'", '') ?? '', text.replaceAll('`', '')];
    }),
  );
}

/** The members of a union of string literals. */
export function unionOf(file: string, name: string): string[] {
  const { type } = declared(file, name, ts.isTypeAliasDeclaration);
  return type
    .getText()
    .split('|')
    .map((member) => member.replaceAll(/['\s]/g, ''))
    .filter((member) => member !== '');
}

/**
 * The string literals of a type: all of them, or those of the members that have this name, wherever
 * in the type they are.
 */
export function literalsOf(file: string, name: string, member?: string): string[] {
  const literals = new Set<string>();
  const visit = (node: ts.Node, isWanted: boolean): void => {
    if (isWanted && ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) {
      literals.add(node.literal.text);
    }
    const isMember = ts.isPropertySignature(node) && node.name.getText() === member;
    ts.forEachChild(node, (child) => visit(child, isWanted || isMember));
  };
  visit(declared(file, name, isTypeDeclaration), member === undefined);
  return [...literals];
}

function isTypeDeclaration(
  node: ts.Node,
): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** Of all files in a folder: class -> the code that it declares. */
export function errorClasses(folder: string): Map<string, string> {
  const files = readdirSync(`${ROOT}${folder}`).map((name) => `${folder}/${name}`);
  const classes = files.flatMap(statementsOf).filter(ts.isClassDeclaration);
  const entries = classes.flatMap(({ name, members }): [string, string][] => {
    const code = members
      .filter(ts.isPropertyDeclaration)
      .find((member) => member.name.getText() === 'code')?.initializer;
    return code === undefined ? [] : [[name?.text ?? '', code.getText().replaceAll("'", '')]];
  });
  return new Map(entries);
}
