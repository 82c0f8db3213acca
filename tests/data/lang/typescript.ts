interface I { method(a: string): void; }
abstract class A<T> implements I {
  private handler = (e: Event): void => { if (e) { } };
  constructor(readonly x: number) { super(); }
  abstract none(): void;
  method(a: string): void { /* nothing */ }
  get value(): number { return this.x!; }
}
function overload(a: string): void;
function overload(a: any) { return a as string satisfies string; }
export const f = <T,>(x: T): x is T => x === 1 && true;
type Conditional<T> = T extends string ? 1 : 2;
enum E { A = 1 }
namespace N { export function inside() { } }
