class Operations(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Operations, x: Tensor) -> Tensor:
    return x
  def linear(self: __torch__.Operations, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.linear(x, weight, bias)
  def linear_plain(self: __torch__.Operations, x: Tensor, weight: Tensor) -> Tensor:
    return torch.linear(x, weight, None)
  def layer_norm(self: __torch__.Operations, x: Tensor, weight: Tensor, bias: Tensor, eps: Tensor) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], weight, bias, float(torch.item(eps)))
  def rms_norm(self: __torch__.Operations, x: Tensor, weight: Tensor, eps: Tensor) -> Tensor:
    scale = torch.rsqrt(torch.add(torch.mean(torch.square(x), [-1], True), eps))
    return torch.mul(torch.mul(x, scale), weight)
  def gelu(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="none")
  def gelu_tanh(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh")
  def gelu_(self: __torch__.Operations, x: Tensor) -> NoneType:
    _0 = torch.gelu_(x, approximate="none")
    return None
  def gelu_tanh_(self: __torch__.Operations, x: Tensor) -> NoneType:
    _0 = torch.gelu_(x, approximate="tanh")
    return None
  def silu(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.silu(x)
  def silu_(self: __torch__.Operations, x: Tensor) -> NoneType:
    _0 = torch.silu_(x)
    return None
  def sigmoid(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.sigmoid(x)
  def relu(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.relu(x)
  def relu_(self: __torch__.Operations, x: Tensor) -> NoneType:
    _0 = torch.relu_(x)
    return None
  def keep_where_above_(self: __torch__.Operations, x: Tensor, by: Tensor, bound: float) -> NoneType:
    _0 = torch.threshold_backward(x, by, bound, grad_input=x)
    return None
  def positive(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.gt(x, 0, out=torch.empty_like(x))
  def above_out(self: __torch__.Operations, x: Tensor, bound: float, out: Tensor) -> NoneType:
    _0 = torch.gt(x, bound, out=out)
    return None
  def between_out(self: __torch__.Operations, x: Tensor, low: float, high: float, out: Tensor) -> NoneType:
    one = torch.expand_as(torch.new_ones(x, [1]), x)
    _0 = torch.hardtanh_backward(one, x, low, high, grad_input=out)
    return None
  def where_between_out(self: __torch__.Operations, x: Tensor, by: Tensor, low: float, high: float, out: Tensor) -> NoneType:
    _0 = torch.hardtanh_backward(x, by, low, high, grad_input=out)
    return None
  def soft_cap_(self: __torch__.Operations, x: Tensor, cap: float) -> NoneType:
    _0 = torch.mul_(torch.tanh_(torch.div_(x, cap)), cap)
    return None
  def rotate_halves(self: __torch__.Operations, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    rotary = torch.size(cos, -1)
    half = torch.floordiv(rotary, 2)
    turned = torch.slice(x, -1, 0, rotary)
    first = torch.slice(turned, -1, 0, half)
    second = torch.slice(turned, -1, half, rotary)
    swapped = torch.cat([torch.neg(second), first], -1)
    rotated = torch.add(torch.mul(turned, cos), torch.mul(swapped, sin))
    if torch.eq(rotary, torch.size(x, -1)):
      result = rotated
    else:
      result = torch.cat([rotated, torch.slice(x, -1, rotary)], -1)
    return result
  def rotate_halves_(self: __torch__.Operations, x: Tensor, cos: Tensor, sin: Tensor) -> NoneType:
    rotary = torch.size(cos, -1)
    half = torch.floordiv(rotary, 2)
    turned = torch.slice(x, -1, 0, rotary)
    rotated = torch.mul(turned, cos)
    first = torch.slice(turned, -1, 0, half)
    second = torch.slice(turned, -1, half, rotary)
    _0 = torch.sub_(torch.slice(rotated, -1, 0, half), torch.mul(second, torch.slice(sin, -1, 0, half)))
    _1 = torch.add_(torch.slice(rotated, -1, half, rotary), torch.mul(first, torch.slice(sin, -1, half, rotary)))
    _2 = torch.copy_(turned, rotated)
    return None
  def causal_attention(self: __torch__.Operations, q: Tensor, k: Tensor, v: Tensor, scale: Tensor) -> Tensor:
    return torch.scaled_dot_product_attention(q, k, v, None, 0., True, scale=float(torch.item(scale)))
  def masked_attention(self: __torch__.Operations, q: Tensor, k: Tensor, v: Tensor, scale: Tensor, mask: Tensor) -> Tensor:
    return torch.scaled_dot_product_attention(q, k, v, mask, 0., False, scale=float(torch.item(scale)))
  def to_type(self: __torch__.Operations, x: Tensor, type: Tensor) -> Tensor:
    return torch.to(x, int(torch.item(type)))
  def to_float32(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.to(x, 6)
  def half_linear(self: __torch__.Operations, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    product = torch.linear(torch.type_as(x, weight), weight, torch.type_as(bias, weight))
    return torch.to(product, 6)
  def half_linear_plain(self: __torch__.Operations, x: Tensor, weight: Tensor) -> Tensor:
    return torch.to(torch.linear(torch.type_as(x, weight), weight, None), 6)
  def half_embedding(self: __torch__.Operations, weight: Tensor, ids: Tensor) -> Tensor:
    return torch.to(torch.embedding(weight, ids), 6)
  def half_causal_attention(self: __torch__.Operations, q: Tensor, k: Tensor, v: Tensor, scale: Tensor, type: Tensor) -> Tensor:
    half = int(torch.item(type))
    z = torch.scaled_dot_product_attention(torch.to(q, half), torch.to(k, half), torch.to(v, half), None, 0., True, scale=float(torch.item(scale)))
    return torch.to(z, 6)
  def half_masked_attention(self: __torch__.Operations, q: Tensor, k: Tensor, v: Tensor, scale: Tensor, mask: Tensor, type: Tensor) -> Tensor:
    half = int(torch.item(type))
    hidden = torch.to(torch.clamp(mask, -30000.), half)
    z = torch.scaled_dot_product_attention(torch.to(q, half), torch.to(k, half), torch.to(v, half), hidden, 0., False, scale=float(torch.item(scale)))
    return torch.to(z, 6)
  def embedding(self: __torch__.Operations, weight: Tensor, ids: Tensor) -> Tensor:
    return torch.embedding(weight, ids)
  def cross_entropy(self: __torch__.Operations, logits: Tensor, targets: Tensor) -> Tensor:
    return torch.cross_entropy_loss(logits, targets, None, 0)
  def mm_out(self: __torch__.Operations, a: Tensor, b: Tensor, out: Tensor) -> NoneType:
    _0 = torch.mm(a, b, out=out)
    return None
  def addmm_out(self: __torch__.Operations, bias: Tensor, a: Tensor, b: Tensor, out: Tensor) -> NoneType:
    _0 = torch.addmm(bias, a, b, out=out)
    return None
  def addmv(self: __torch__.Operations, y: Tensor, matrix: Tensor, x: Tensor, alpha: float) -> Tensor:
    return torch.addmv(y, matrix, x, beta=1, alpha=alpha)
  def add_out(self: __torch__.Operations, a: Tensor, b: Tensor, out: Tensor) -> NoneType:
    _0 = torch.add(a, b, out=out)
    return None
  def sub_out(self: __torch__.Operations, a: Tensor, b: Tensor, out: Tensor) -> NoneType:
    _0 = torch.sub(a, b, out=out)
    return None
  def index_select_out(self: __torch__.Operations, x: Tensor, dim: int, index: Tensor, out: Tensor) -> NoneType:
    _0 = torch.index_select(x, dim, index, out=out)
    return None
  def index_select(self: __torch__.Operations, x: Tensor, dim: int, index: Tensor) -> Tensor:
    return torch.index_select(x, dim, index)
  def index_copy_(self: __torch__.Operations, x: Tensor, dim: int, index: Tensor, source: Tensor) -> NoneType:
    _0 = torch.index_copy_(x, dim, index, source)
    return None
  def index_add_(self: __torch__.Operations, x: Tensor, dim: int, index: Tensor, source: Tensor) -> NoneType:
    _0 = torch.index_add_(x, dim, index, source)
    return None
  def gather(self: __torch__.Operations, x: Tensor, dim: int, index: Tensor) -> Tensor:
    return torch.gather(x, dim, index)
  def scatter(self: __torch__.Operations, x: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    return torch.scatter(x, dim, index, source)
  def topk(self: __torch__.Operations, x: Tensor, k: int) -> List[Tensor]:
    values, indices = torch.topk(x, k, -1, True, False)
    return [values, indices]
  def topk_sorted(self: __torch__.Operations, x: Tensor, k: int) -> List[Tensor]:
    values, indices = torch.topk(x, k, -1, True, True)
    return [values, indices]
  def amax(self: __torch__.Operations, x: Tensor, dim: int) -> Tensor:
    return torch.amax(x, [dim])
  def sort(self: __torch__.Operations, x: Tensor) -> List[Tensor]:
    values, indices = torch.sort(x, stable=True, dim=-1, descending=False)
    return [values, indices]
  def searchsorted(self: __torch__.Operations, sorted: Tensor, values: Tensor) -> Tensor:
    return torch.searchsorted(sorted, values)
  def bincount(self: __torch__.Operations, x: Tensor, size: int) -> Tensor:
    return torch.bincount(x, None, size)
  def bincount_weighted(self: __torch__.Operations, x: Tensor, weights: Tensor, size: int) -> Tensor:
    return torch.type_as(torch.bincount(x, weights, size), weights)
  def embedding_bag(self: __torch__.Operations, table: Tensor, indices: Tensor, offsets: Tensor, weights: Tensor) -> Tensor:
    sum, _0, _1, _2 = torch.embedding_bag(table, indices, offsets, False, 0, False, weights)
    return sum
  def embedding_bag_weights_gradient(self: __torch__.Operations, gradient: Tensor, table: Tensor, indices: Tensor, offsets: Tensor, bags: Tensor) -> Tensor:
    return torch._embedding_bag_per_sample_weights_backward(gradient, table, indices, offsets, bags, 0)
  def vector_norm(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.linalg_vector_norm(x, 2)
  def row_norms(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.linalg_vector_norm(x, 2, [-1], True)
  def addcmul_(self: __torch__.Operations, x: Tensor, a: Tensor, b: Tensor, factor: float) -> NoneType:
    _0 = torch.addcmul_(x, a, b, value=factor)
    return None
  def add_scaled_(self: __torch__.Operations, x: Tensor, other: Tensor, factor: float) -> NoneType:
    _0 = torch.add_(x, other, alpha=factor)
    return None
  def lerp_(self: __torch__.Operations, x: Tensor, other: Tensor, weight: float) -> NoneType:
    _0 = torch.lerp_(x, other, weight)
    return None
  def mul_scalar_(self: __torch__.Operations, x: Tensor, factor: float) -> NoneType:
    _0 = torch.mul_(x, factor)
    return None
  def mul_(self: __torch__.Operations, x: Tensor, other: Tensor) -> NoneType:
    _0 = torch.mul_(x, other)
    return None
  def div_(self: __torch__.Operations, x: Tensor, other: Tensor) -> NoneType:
    _0 = torch.div_(x, other)
    return None
  def copy_(self: __torch__.Operations, target: Tensor, source: Tensor) -> NoneType:
    _0 = torch.copy_(target, source)
    return None
  def fused_adam_(self: __torch__.Operations, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], none: List[Tensor], steps: List[Tensor], lr: float, beta1: float, beta2: float, weight_decay: float, eps: float) -> NoneType:
    torch._fused_adam_(parameters, gradients, first, second, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False)
    return None
  def fused_adam_scaled_(self: __torch__.Operations, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], none: List[Tensor], steps: List[Tensor], lr: float, beta1: float, beta2: float, weight_decay: float, eps: float, divisor: Tensor) -> NoneType:
    torch._fused_adam_(parameters, gradients, first, second, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False, grad_scale=divisor)
    return None
  def fused_adamw_(self: __torch__.Operations, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], none: List[Tensor], steps: List[Tensor], lr: float, beta1: float, beta2: float, weight_decay: float, eps: float, divisor: Tensor) -> NoneType:
    torch._fused_adamw_(parameters, gradients, first, second, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False, grad_scale=divisor)
    return None
  def mul_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.mul(x, number)
  def div_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.div(x, number)
  def add_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.add(x, number)
  def clamp_min_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.clamp_min(x, number)
  def lt_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.lt(x, number)
  def le_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.le(x, number)
  def gt_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.gt(x, number)
  def ge_number(self: __torch__.Operations, x: Tensor, number: float) -> Tensor:
    return torch.ge(x, number)
  def lt_int(self: __torch__.Operations, x: Tensor, number: int) -> Tensor:
    return torch.lt(x, number)
  def ge_int(self: __torch__.Operations, x: Tensor, number: int) -> Tensor:
    return torch.ge(x, number)
  def add_int(self: __torch__.Operations, x: Tensor, number: int) -> Tensor:
    return torch.add(x, number)
  def mul_int(self: __torch__.Operations, x: Tensor, number: int) -> Tensor:
    return torch.mul(x, number)
  def remainder_int(self: __torch__.Operations, x: Tensor, number: int) -> Tensor:
    return torch.remainder(x, number)
  def add_number_(self: __torch__.Operations, x: Tensor, number: float) -> NoneType:
    _0 = torch.add_(x, number)
    return None
  def set_longs_(self: __torch__.Operations, x: Tensor, values: List[int]) -> NoneType:
    _0 = torch.copy_(x, torch.tensor(values, dtype=4))
    return None
  def set_doubles_(self: __torch__.Operations, x: Tensor, values: List[float]) -> NoneType:
    for i in range(torch.len(values)):
      _0 = torch.fill_(torch.select(x, 0, i), values[i])
    return None
  def own_(self: __torch__.Operations, x: Tensor) -> NoneType:
    _0 = torch.set_(x, torch.clone(x))
    return None
  def copy(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.clone(x)
  def contiguous(self: __torch__.Operations, x: Tensor) -> Tensor:
    return torch.contiguous(x)
  def dictionary_names(self: __torch__.Operations, dictionary: Dict[str, Tensor]) -> List[str]:
    return torch.keys(dictionary)
  def dictionary_float32(self: __torch__.Operations, dictionary: Dict[str, Tensor], name: str) -> Optional[Tensor]:
    x = dictionary[name]
    if torch.is_floating_point(x):
      result: Optional[Tensor] = torch.to(x, 6, False, False, None)
    else:
      result = None
    return result
  def candidate_step(self: __torch__.Operations, x: Tensor) -> Tensor:
    largest = torch.maximum(torch.amax(x, [1], True), torch.neg(torch.amin(x, [1], True)))
    return torch.clamp_min(torch.div(largest, 127.), 1.0e-30)
  def candidate_matrix_bf16(self: __torch__.Operations, w: Tensor, bias: Tensor, factors: Tensor, pad: int) -> List[Tensor]:
    rows = torch.size(w, 0)
    all = torch.add(rows, pad)
    low = torch.empty([all, torch.size(w, 1)], dtype=15)
    norms = torch.empty([rows, 1], dtype=6)
    errors = torch.empty([rows, 1], dtype=6)
    for i in range(torch.floordiv(torch.add(rows, 511), 512)):
      first = torch.mul(i, 512)
      last = ops.prim.min(rows, torch.add(first, 512))
      part = torch.slice(w, 0, first, last)
      rounded = torch.copy_(torch.slice(low, 0, first, last), part)
      _0 = torch.copy_(torch.slice(norms, 0, first, last), torch.linalg_vector_norm(part, 2, [-1], True))
      difference = torch.sub_(torch.to(rounded, 6), part)
      _1 = torch.copy_(torch.slice(errors, 0, first, last), torch.linalg_vector_norm(difference, 2, [-1], True))
    _2 = torch.zero_(torch.slice(low, 0, rows, all))
    shift = torch.constant_pad_nd(torch.to(torch.mul(torch.unsqueeze(bias, 1), factors), 15), [0, 0, 0, pad], -inf)
    if torch.eq(torch.numel(factors), 1):
      scale = torch.empty([0], dtype=15)
    else:
      scale = torch.constant_pad_nd(torch.to(factors, 15), [0, 0, 0, pad], 0.)
    size = torch.max(torch.mul(norms, factors))
    error = torch.max(torch.mul(errors, factors))
    shifted = torch.max(torch.abs(torch.mul(bias, torch.reshape(factors, [-1]))))
    return [low, shift, scale, size, error, shifted]
  def candidate_matrix_int8(self: __torch__.Operations, w: Tensor, bias: Tensor, factors: Tensor, pad: int) -> List[Tensor]:
    rows = torch.size(w, 0)
    all = torch.add(rows, pad)
    low = torch.empty([all, torch.size(w, 1)], dtype=0)
    norms = torch.empty([rows, 1], dtype=6)
    steps = torch.empty([rows, 1], dtype=6)
    for i in range(torch.floordiv(torch.add(rows, 511), 512)):
      first = torch.mul(i, 512)
      last = ops.prim.min(rows, torch.add(first, 512))
      part = torch.slice(w, 0, first, last)
      _0 = torch.copy_(torch.slice(norms, 0, first, last), torch.linalg_vector_norm(part, 2, [-1], True))
      step = (self).candidate_step(part)
      _1 = torch.copy_(torch.slice(steps, 0, first, last), step)
      quantized = torch.quantize_per_tensor(torch.div(part, step), 1., 128, 13)
      _2 = torch.copy_(torch.slice(low, 0, first, last), torch.int_repr(quantized))
    _3 = torch.fill_(torch.slice(low, 0, rows, all), 128)
    scaled = torch.mul(steps, factors)
    shift = torch.constant_pad_nd(torch.to(torch.mul(torch.unsqueeze(bias, 1), factors), 15), [0, 0, 0, pad], -inf)
    scale = torch.constant_pad_nd(torch.to(scaled, 15), [0, 0, 0, pad], 0.)
    size = torch.max(torch.mul(norms, factors))
    shifted = torch.max(torch.abs(torch.mul(bias, torch.reshape(factors, [-1]))))
    return [low, shift, scale, size, torch.max(scaled), shifted]
  def candidate_scores_bf16(self: __torch__.Operations, x: Tensor, low: Tensor, shift: Tensor, scale: Tensor, size: Tensor, error: Tensor) -> List[Tensor]:
    rounded = torch.to(x, 15)
    difference = torch.linalg_vector_norm(torch.sub(torch.to(rounded, 6), x), 2, [-1])
    norms = torch.linalg_vector_norm(x, 2, [-1])
    bound = torch.add(torch.mul(difference, size), torch.mul(torch.add(norms, difference), error))
    bound0 = torch.add(bound, torch.mul(torch.mul(norms, size), 9.9999999999999995e-07))
    scores = torch.mm(low, torch.t(rounded))
    if torch.gt(torch.numel(scale), 0):
      _0 = torch.mul_(scores, scale)
    _1 = torch.add_(scores, shift)
    return [scores, bound0]
  def candidate_scores_int8(self: __torch__.Operations, x: Tensor, low: Tensor, shift: Tensor, scale: Tensor, size: Tensor, step: Tensor) -> List[Tensor]:
    steps = (self).candidate_step(x)
    quantized = torch.to(torch.round_(torch.div(x, steps)), 1)
    packed = ops.onednn.qlinear_prepack(quantized, [torch.size(low, 0), torch.size(low, 1)])
    rows = torch.reshape(steps, [-1])
    zeros = torch.zeros([torch.size(x, 0)], dtype=3)
    scores = ops.onednn.qlinear_pointwise(low, 1., 128, packed, rows, zeros, None, 1., 0, 15, "none", annotate(List[Optional[number]], []), "")
    _0 = torch.mul_(scores, scale)
    _1 = torch.add_(scores, shift)
    norms = torch.linalg_vector_norm(x, 2, [-1])
    variance = torch.div(torch.add(torch.square(torch.mul(rows, size)), torch.square(torch.mul(norms, step))), 12.)
    return [scores, variance]
  def candidate_bound(self: __torch__.Operations, base: Tensor, level: Tensor, shifted: Tensor, rounding: float, deviations: float) -> Tensor:
    largest = torch.mul(torch.add(torch.abs(level), shifted), rounding)
    if torch.gt(deviations, 0.):
      bound = torch.mul(torch.sqrt(torch.add(base, torch.square(largest))), deviations)
    else:
      bound = torch.add(base, largest)
    return bound
  def candidate_entries(self: __torch__.Operations, scores: Tensor, maxima: Tensor, least: Tensor, group: int, most: int) -> List[Tensor]:
    rows = torch.size(maxima, 0)
    groups = torch.size(maxima, 1)
    passing = torch.ge(maxima, least)
    positions = torch.reshape(torch.nonzero(torch.reshape(passing, [-1])), [-1])
    excluded = torch.isnan(torch.reshape(least, [-1]))
    if torch.gt(torch.numel(positions), torch.mul(rows, most)):
      excluded0 = torch.logical_or(excluded, torch.gt(torch.sum(passing, [1]), torch.mul(most, 2)))
      kept = torch.logical_and(passing, torch.unsqueeze(torch.logical_not(excluded0), 1))
      positions0 = torch.reshape(torch.nonzero(torch.reshape(kept, [-1])), [-1])
    else:
      excluded0 = excluded
      positions0 = positions
    r = torch.floor_divide(positions0, groups)
    first = torch.add(torch.mul(torch.sub(positions0, torch.mul(r, groups)), rows), r)
    steps = torch.mul(torch.arange(group, dtype=4), torch.mul(groups, rows))
    flat = torch.reshape(torch.add(torch.unsqueeze(first, 1), steps), [-1])
    values = torch.to(torch.index_select(torch.reshape(scores, [-1]), 0, flat), 6)
    bounds = torch.index_select(least, 0, r)
    found = torch.reshape(torch.nonzero(torch.reshape(torch.ge(torch.view(values, [-1, group]), bounds), [-1])), [-1])
    entries = torch.index_select(flat, 0, found)
    latents = torch.floor_divide(entries, rows)
    return [torch.sub(entries, torch.mul(latents, rows)), latents, torch.index_select(values, 0, found), excluded0]
  def candidate_values(self: __torch__.Operations, x: Tensor, w: Tensor, bias: Tensor, factors: Tensor, rows: Tensor, latents: Tensor) -> Tensor:
    products = torch._embedding_bag_per_sample_weights_backward(x, w, latents, torch.new_zeros(latents, [torch.size(x, 0)]), rows, 0)
    values = torch.add_(products, torch.index_select(bias, 0, latents))
    if torch.gt(torch.numel(factors), 1):
      _0 = torch.mul_(values, torch.index_select(torch.reshape(factors, [-1]), 0, latents))
    return values
  def candidate_maxima(self: __torch__.Operations, scores: Tensor, group: int) -> Tensor:
    groups = torch.floordiv(torch.size(scores, 0), group)
    return torch.amax(torch.view(scores, [group, groups, torch.size(scores, 1)]), [0])
  def candidates_largest(self: __torch__.Operations, scores: Tensor, base: Tensor, shifted: Tensor, x: Tensor, w: Tensor, bias: Tensor, factors: Tensor, rounding: float, deviations: float, k: int, group: int, groups: int) -> List[Tensor]:
    rows = torch.size(x, 0)
    maxima = (self).candidate_maxima(scores, group)
    sample = (self).candidate_maxima(maxima, groups)
    top, _0 = torch.topk(torch.contiguous(torch.t(torch.to(sample, 6))), k, -1, True, False)
    level = torch.amin(top, [1])
    bound = (self).candidate_bound(base, level, shifted, rounding, deviations)
    lowest = torch.sub(level, torch.mul(bound, 1.5))
    least = torch.unsqueeze(lowest, 1)
    r, latents, approximate, excluded, = (self).candidate_entries(scores, torch.contiguous(torch.t(torch.to(maxima, 6))), least, group, torch.mul(k, 6))
    values = (self).candidate_values(x, w, bias, factors, r, latents)
    counts = torch.bincount(r, None, rows)
    uncertain = torch.logical_or(excluded, torch.lt(counts, k))
    if torch.gt(deviations, 0.):
      error = torch.abs(torch.sub(approximate, values))
      unusual = torch.gt(error, torch.mul(torch.index_select(bound, 0, r), 0.84999999999999998))
      uncertain0 = torch.logical_or(uncertain, torch.gt(torch.bincount(r, torch.to(unusual, 7), rows), 0.))
    else:
      uncertain0 = uncertain
    width = ops.prim.max(k, int(torch.item(torch.max(counts))))
    offsets = torch.sub(torch.mul(torch.arange(rows, dtype=4), width), torch.sub(torch.cumsum(counts, 0), counts))
    places = torch.add(torch.arange(torch.numel(r), dtype=4), torch.index_select(offsets, 0, r))
    table = torch.full([torch.mul(rows, width)], -inf, dtype=6)
    _1 = torch.index_copy_(table, 0, places, values)
    numbers = torch.zeros([torch.mul(rows, width)], dtype=4)
    _2 = torch.index_copy_(numbers, 0, places, latents)
    best, order = torch.topk(torch.view(table, [rows, width]), k, -1, True, True)
    chosen = torch.gather(torch.view(numbers, [rows, width]), 1, order)
    proven = torch.ge(torch.select(best, 1, torch.sub(k, 1)), torch.add(lowest, bound))
    return [best, chosen, torch.reshape(torch.nonzero(torch.logical_or(uncertain0, torch.logical_not(proven))), [-1])]
  def candidates_above(self: __torch__.Operations, scores: Tensor, base: Tensor, shifted: Tensor, x: Tensor, w: Tensor, bias: Tensor, factors: Tensor, rounding: float, deviations: float, level: float, group: int, most: int) -> List[Tensor]:
    rows = torch.size(x, 0)
    maxima = torch.contiguous(torch.t(torch.to((self).candidate_maxima(scores, group), 6)))
    bound = (self).candidate_bound(base, torch.full_like(base, level), shifted, rounding, deviations)
    complete = torch.mul(torch.sum(maxima, [1]), 0.)
    least = torch.unsqueeze(torch.add(torch.rsub(bound, level), complete), 1)
    r, latents, approximate, excluded, = (self).candidate_entries(scores, maxima, least, group, most)
    values = (self).candidate_values(x, w, bias, factors, r, latents)
    if torch.gt(deviations, 0.):
      error = torch.abs(torch.sub(approximate, values))
      unusual = torch.gt(error, torch.mul(torch.index_select(bound, 0, r), 0.84999999999999998))
      uncertain = torch.logical_or(excluded, torch.gt(torch.bincount(r, torch.to(unusual, 7), rows), 0.))
    else:
      uncertain = excluded
    certain = torch.logical_not(torch.index_select(uncertain, 0, r))
    kept = torch.reshape(torch.nonzero(torch.logical_and(torch.gt(values, level), certain)), [-1])
    return [torch.index_select(r, 0, kept), torch.index_select(latents, 0, kept), torch.index_select(values, 0, kept), torch.reshape(torch.nonzero(uncertain), [-1])]
  def exact_scores(self: __torch__.Operations, x: Tensor, w: Tensor, bias: Tensor, factors: Tensor) -> Tensor:
    scores = torch.addmm(bias, x, torch.t(w))
    if torch.gt(torch.numel(factors), 1):
      _0 = torch.mul_(scores, torch.reshape(factors, [1, -1]))
    return scores
  def exact_largest(self: __torch__.Operations, x: Tensor, w: Tensor, bias: Tensor, factors: Tensor, k: int, more: int) -> List[Tensor]:
    rows = torch.size(x, 0)
    _0, chosen = torch.topk((self).exact_scores(x, w, bias, factors), more, -1, True, False)
    r = torch.contiguous(torch.reshape(torch.expand(torch.unsqueeze(torch.arange(rows, dtype=4), 1), [rows, more]), [-1]))
    values = (self).candidate_values(x, w, bias, factors, r, torch.reshape(chosen, [-1]))
    best, order = torch.topk(torch.view(values, [rows, more]), k, -1, True, True)
    return [best, torch.gather(chosen, 1, order)]
  def exact_above(self: __torch__.Operations, x: Tensor, w: Tensor, bias: Tensor, factors: Tensor, level: float, group: int, pad: int) -> List[Tensor]:
    scores = torch.constant_pad_nd((self).exact_scores(x, w, bias, factors), [0, pad], -inf)
    rows = torch.size(scores, 0)
    groups = torch.floordiv(torch.size(scores, 1), group)
    grouped = torch.reshape(torch.transpose(torch.view(scores, [rows, group, groups]), 1, 2), [rows, -1])
    above = torch.nonzero(torch.gt(grouped, level))
    r = torch.contiguous(torch.select(above, 1, 0))
    place = torch.select(above, 1, 1)
    position = torch.floor_divide(place, group)
    member = torch.sub(place, torch.mul(position, group))
    latents = torch.add(position, torch.mul(member, groups))
    return [r, latents, (self).candidate_values(x, w, bias, factors, r, latents)]
