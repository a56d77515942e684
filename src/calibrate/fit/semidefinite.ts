const SWEEPS = 30;

/**
 * The nearest of those whose squares are never negative (Higham 1988): of a symmetric matrix, its negative eigenvalues
 * taken as 0. By Jacobi's rotations.
 */
export function semidefinite(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.map((_, i) => i);
  const values = matrix.map((row) => [...row]);
  const vectors = size.map((i) => size.map((j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const p of size) for (const q of size) if (p < q) rotate(values, vectors, p, q);
  }
  const least = size.map((k) => Math.max(0, values[k]![k]!));
  return size.map((i) =>
    size.map((j) =>
      size.reduce((sum, k) => sum + vectors[i]![k]! * least[k]! * vectors[j]![k]!, 0),
    ),
  );
}

/** So that the element beside the diagonal is 0 (Golub and Van Loan, 8.5). */
function rotate(values: number[][], vectors: number[][], p: number, q: number): void {
  const beside = values[p]![q]!;
  if (beside === 0) return;
  const theta = (values[q]![q]! - values[p]![p]!) / (2 * beside);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const row of values) turn(row, p, q, cosine, sine);
  const [a, b] = [values[p]!, values[q]!];
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k]!, b[k]!];
    a[k] = cosine * x - sine * y;
    b[k] = sine * x + cosine * y;
  }
  for (const row of vectors) turn(row, p, q, cosine, sine);
}

function turn(row: number[], p: number, q: number, cosine: number, sine: number): void {
  const [x, y] = [row[p]!, row[q]!];
  row[p] = cosine * x - sine * y;
  row[q] = sine * x + cosine * y;
}
