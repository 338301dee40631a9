// Two painters of the same surfaces: WebGL, and a plain canvas where there is none.

const VERTEX = `attribute vec3 position; attribute vec3 normal; attribute vec3 color; uniform mat4 view; uniform mat4 turn; uniform vec2 lens;
varying vec3 n; varying vec3 c; varying vec3 eye;
void main() { vec4 p = turn * vec4(position, 1.0); n = (turn * vec4(normal, 0.0)).xyz; c = color; eye = -p.xyz; gl_Position = view * p; }`;
const FRAGMENT = `precision mediump float; varying vec3 n; varying vec3 c; varying vec3 eye; uniform float alpha; uniform float lit; uniform float shine;
void main() {
  vec3 m = normalize(n); vec3 e = normalize(eye); if (dot(m, e) < 0.0) m = -m;
  float light = 0.6 + 0.4 * max(dot(m, normalize(vec3(0.35, 0.7, 0.65))), 0.0);
  float gloss = shine * pow(max(dot(reflect(-normalize(vec3(0.35, 0.7, 0.65)), m), e), 0.0), 24.0);
  float rim = alpha < 1.0 ? alpha * (1.0 + 1.6 * pow(1.0 - abs(dot(m, e)), 2.5) * lit) : 1.0;
  gl_FragColor = vec4(mix(c, c * light, lit) + gloss, min(rim, 1.0));
}`;

class WebGLPainter {
  static of(canvas) {
    const gl = canvas.getContext("webgl", { antialias: true, alpha: true, premultipliedAlpha: true, preserveDrawingBuffer: true });
    return gl ? new WebGLPainter(canvas, gl) : null;
  }

  constructor(canvas, gl) {
    Object.assign(this, { canvas, gl, name: "WebGL", models: [] });
    const program = (this.program = gl.createProgram());
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.place = (name) => gl.getUniformLocation(program, name);
    this.slots = ["position", "normal", "color"].map((name) => gl.getAttribLocation(program, name));
  }

  load(scene) {
    const gl = this.gl;
    for (const model of this.models) for (const buffer of model.buffers) gl.deleteBuffer(buffer);
    const model = (one, kind) => {
      const count = one.positions.length / 3, flat = new Float32Array(one.positions.length);
      const colors = one.colors ? one.colors : (() => { for (let i = 0; i < flat.length; i++) flat[i] = one.color[i % 3]; return flat; })();
      const buffers = [one.positions, one.normals || one.positions, colors].map((values) => {
        const buffer = gl.createBuffer();
        gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
        gl.bufferData(gl.ARRAY_BUFFER, values instanceof Float32Array ? values : new Float32Array(values), gl.STATIC_DRAW);
        return buffer;
      });
      return { ...one, kind, count, buffers };
    };
    this.models = [...scene.surfaces.map((one) => model(one, gl.TRIANGLES)), ...scene.lines.map((one) => model(one, gl.LINES))];
  }

  draw(camera) {
    const gl = this.gl, { width, height } = this.canvas;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.uniformMatrix4fv(this.place("turn"), false, camera.turn);
    gl.uniformMatrix4fv(this.place("view"), false, camera.lens(width / height));
    const solid = this.models.filter((one) => one.alpha === 1), clear = this.models.filter((one) => one.alpha < 1);
    gl.depthMask(true);
    gl.disable(gl.CULL_FACE);
    for (const one of solid) this.one(one);
    gl.depthMask(false);
    gl.enable(gl.CULL_FACE);
    for (const side of [gl.FRONT, gl.BACK]) { gl.cullFace(side); for (const one of clear) if (one.kind === gl.TRIANGLES) this.one(one); }
    for (const one of clear) if (one.kind === gl.LINES) this.one(one);
    gl.depthMask(true);
  }

  one(model) {
    const gl = this.gl;
    gl.uniform1f(this.place("alpha"), model.alpha);
    gl.uniform1f(this.place("lit"), model.kind === gl.LINES ? 0 : 1);
    gl.uniform1f(this.place("shine"), model.shine || 0);
    this.slots.forEach((slot, i) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, model.buffers[i]);
      gl.enableVertexAttribArray(slot);
      gl.vertexAttribPointer(slot, 3, gl.FLOAT, false, 0, 0);
    });
    gl.drawArrays(model.kind, 0, model.count);
  }
}

class CanvasPainter {
  constructor(canvas) { Object.assign(this, { canvas, pen: canvas.getContext("2d"), name: "canvas", scene: null }); }

  load(scene) { this.scene = scene; }

  draw(camera) {
    const { pen, canvas } = this, { width, height } = canvas, items = [];
    pen.clearRect(0, 0, width, height);
    const project = camera.projector(width, height);
    for (const one of this.scene.surfaces) for (let i = 0; i < one.positions.length; i += 9) {
      const p = [0, 3, 6].map((k) => project(one.positions[i + k], one.positions[i + k + 1], one.positions[i + k + 2]));
      const facing = camera.rotate(one.normals[i], one.normals[i + 1], one.normals[i + 2]), light = 0.55 + 0.45 * Math.abs(facing[2] * 0.65 + facing[1] * 0.7 + facing[0] * 0.35);
      const rgb = one.colors ? one.colors.slice(i, i + 3) : one.color;
      items.push({ depth: p[0][2] + p[1][2] + p[2][2] - (one.alpha < 1 ? 0 : 1e-3), p, fill: `rgba(${rgb.map((v) => Math.round(255 * v * light)).join(",")},${one.alpha})` });
    }
    for (const one of this.scene.lines) for (let i = 0; i < one.positions.length; i += 6) {
      const p = [0, 3].map((k) => project(one.positions[i + k], one.positions[i + k + 1], one.positions[i + k + 2]));
      items.push({ depth: 1.5 * (p[0][2] + p[1][2]), p, stroke: `rgba(${one.color.map((v) => Math.round(255 * v)).join(",")},${one.alpha})` });
    }
    items.sort((a, b) => b.depth - a.depth);
    for (const { p, fill, stroke } of items) {
      pen.beginPath();
      p.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      if (fill) { pen.fillStyle = fill; pen.fill(); } else { pen.strokeStyle = stroke; pen.stroke(); }
    }
  }
}
