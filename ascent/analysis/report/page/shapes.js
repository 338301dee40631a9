// Surfaces for the view in 3D, in mm, the middle of the nerve's length at 0: [{name, layer, positions, normals, colors, color, alpha}].

function triangulate(points) {
  // Ear clipping of a simple polygon; gives indices of its triangles.
  const area = points.reduce((sum, point, i) => { const next = points[(i + 1) % points.length]; return sum + point[0] * next[1] - next[0] * point[1]; }, 0);
  const left = points.map((_, i) => i), triangles = [];
  if (area < 0) left.reverse();
  const cross = (a, b, c) => (points[b][0] - points[a][0]) * (points[c][1] - points[a][1]) - (points[b][1] - points[a][1]) * (points[c][0] - points[a][0]);
  let guard = 0;
  while (left.length > 3 && guard < left.length) {
    const i = guard % left.length, a = left[(i + left.length - 1) % left.length], b = left[i], c = left[(i + 1) % left.length];
    const ear = cross(a, b, c) > 0 && !left.some((p) => p !== a && p !== b && p !== c && cross(a, b, p) >= 0 && cross(b, c, p) >= 0 && cross(c, a, p) >= 0);
    if (ear) { triangles.push(a, b, c); left.splice(i, 1); guard = 0; } else guard++;
  }
  if (left.length >= 3) for (let i = 1; i + 1 < left.length; i++) triangles.push(left[0], left[i], left[i + 1]);
  return triangles;
}

function thinned(points, most = 90) {
  const step = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_, i) => i % step === 0);
}

function tube(outline, z0, z1, caps) {
  // The wall of a cylinder over an outline (µm), with smooth normals, and its ends.
  const points = thinned(outline), n = points.length, positions = [], normals = [];
  const sign = Math.sign(points.reduce((sum, p, i) => sum + p[0] * points[(i + 1) % n][1] - points[(i + 1) % n][0] * p[1], 0)) || 1;
  const normal = points.map((_, i) => {
    const before = points[(i + n - 1) % n], after = points[(i + 1) % n], x = (after[1] - before[1]) * sign, y = (before[0] - after[0]) * sign, size = Math.hypot(x, y) || 1;
    return [x / size, y / size, 0];
  });
  const push = (i, z) => { positions.push(points[i][0] / 1000, points[i][1] / 1000, z); normals.push(...normal[i]); };
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n;
    for (const [corner, z] of [[i, z0], [j, z0], [j, z1], [i, z0], [j, z1], [i, z1]]) push(corner, z);
  }
  if (caps) for (const [z, direction] of [[z0, -1], [z1, 1]]) for (const index of triangulate(points)) {
    positions.push(points[index][0] / 1000, points[index][1] / 1000, z);
    normals.push(0, 0, direction);
  }
  return { positions, normals };
}

function fiberTubes(rows, z0, z1, colorOf, varies, radius) {
  // Thin prisms along z; colorOf(row, z) gives [r, g, b] of 0 to 255; `varies` says whether it depends on z.
  const positions = [], normals = [], colors = [], sides = 5;
  for (const row of rows) {
    const x = fibers.x[row] / 1000, y = fibers.y[row] / 1000, pieces = varies ? 48 : 1;
    for (let piece = 0; piece < pieces; piece++) {
      const low = z0 + ((z1 - z0) * piece) / pieces, high = z0 + ((z1 - z0) * (piece + 1)) / pieces, shades = [colorOf(row, low), colorOf(row, high)];
      for (let side = 0; side < sides; side++) {
        const angles = [side, side + 1].map((k) => (2 * Math.PI * k) / sides);
        for (const [corner, end] of [[0, 0], [1, 0], [1, 1], [0, 0], [1, 1], [0, 1]]) {
          const nx = Math.cos(angles[corner]), ny = Math.sin(angles[corner]);
          positions.push(x + radius * nx, y + radius * ny, end ? high : low);
          normals.push(nx, ny, 0);
          colors.push(...shades[end].map((value) => value / 255));
        }
      }
    }
  }
  return { positions, normals, colors };
}

const cuffSurfaces = (data.scene ? data.scene.parts : []).map((part) => {
  const numbers = unpack(part.triangles), ends = unpack(part.edges), positions = [], normals = [], edges = [];
  const middle = data.scene.length_um / 2;
  for (let i = 0; i < numbers.length; i += 18) for (let corner = 0; corner < 3; corner++) {
    positions.push(numbers[i + 3 * corner] / 1000, numbers[i + 3 * corner + 1] / 1000, (numbers[i + 3 * corner + 2] - middle) / 1000);
    normals.push(...numbers.slice(i + 9 + 3 * corner, i + 12 + 3 * corner));
  }
  for (let i = 0; i < ends.length; i += 3) edges.push(ends[i] / 1000, ends[i + 1] / 1000, (ends[i + 2] - middle) / 1000);
  return { part, positions, normals, edges };
});

function cuffExtent() {
  const [low, high] = extent(cuffSurfaces.filter((one) => one.part.role === "insulator" || one.part.contact !== undefined).flatMap((one) => extent(one.positions.filter((_, i) => i % 3 === 2))));
  return cuffSurfaces.length ? [low, high] : [-1, 1];
}

function sceneSurfaces(settings) {
  // settings: {rows, fiberColor, varies, layers (Set), whole (boolean), tinted (boolean: fascicles in their colours)} → surfaces and lines.
  const half = data.scene ? data.scene.length_um / 2000 : 5, [c0, c1] = cuffExtent(), room = 0.18 * (c1 - c0) + 0.3;
  const z0 = settings.whole ? -half : Math.max(-half, c0 - room), z1 = settings.whole ? half : Math.min(half, c1 + room);
  const result = [], lines = [], layers = settings.layers;
  const [x0, x1] = extent((data.section.nerve || data.section.outers[0]).map((point) => point[0]));
  if (layers.has("fibers") && settings.rows.length) result.push({ layer: "fibers", alpha: 1, ...fiberTubes(settings.rows, z0, z1, settings.fiberColor, settings.varies, (x1 - x0) / 1000 / 100) });
  for (const { part, positions, normals, edges } of cuffSurfaces) {
    if (part.contact !== undefined && layers.has("contacts")) result.push({ layer: "contacts", alpha: 1, shine: 0.5, color: rgbOf(contactColor(settings.weights[part.contact])).map((v) => v / 255), positions, normals });
    else if (part.role === "insulator" && layers.has("insulator")) { result.push({ layer: "insulator", alpha: 0.22, color: rgbOf(themed("--insulator")).map((v) => v / 255), positions, normals }); lines.push({ color: rgbOf(themed("--muted")).map((v) => v / 255), alpha: 0.55, positions: edges }); }
    else if (part.contact === undefined && part.role !== "insulator" && layers.has("fill")) result.push({ layer: "fill", alpha: 0.18, color: [0.55, 0.75, 0.9], positions, normals });
  }
  if (layers.has("fascicles")) data.section.inners.forEach((inner) => result.push({ layer: "fascicles", alpha: settings.tinted ? 0.14 : 0.04, color: rgbOf(categorical(inner.fascicle)).map((v) => v / 255), ...tube(inner.points, z0, z1, true) }));
  if (layers.has("nerve") && data.section.nerve) result.push({ layer: "nerve", alpha: 0.1, color: rgbOf(themed("--nerve")).map((v) => v / 255), ...tube(data.section.nerve, z0, z1, true) });
  return { surfaces: result, lines, reach: Math.max((z1 - z0) / 2, 1e-3), centre: (z0 + z1) / 2 };
}
