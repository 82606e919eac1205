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
