package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.collective.Exchange;
import dev.assay.train.spi.BatchSlice;
import dev.assay.train.spi.CodeSpace;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Gradients;
import dev.assay.train.spi.Parameter;
import java.util.EnumMap;
import java.util.Objects;
import java.util.stream.Stream;

/** Accumulates gradients over the chunks of a batch; matrix gradients are arrays of the workspace. */
public final class StepGradients implements Gradients {
    private final DictionaryParameters parameters;
    private final Workspace workspace;
    private final EnumMap<Parameter, NDArray> gradients = new EnumMap<>(Parameter.class);
    private boolean dense;
    private NDArray preActivationSum; // [d_sae]; null before the first chunk
    private NDArray decoderDot; // [d_sae], ⟨∂W, W⟩ of each decoder row; null before the first chunk and in dense steps

    StepGradients(DictionaryParameters parameters, Workspace workspace) {
        this.parameters = parameters;
        this.workspace = workspace;
    }

    /** Prepares for dense chunks, whose inner products with decoder rows are computed at the end. */
    void startDense() {
        dense = true;
    }

    @Override
    public void add(Parameter parameter, NDArray amount) {
        NDArray sum = gradients.putIfAbsent(parameter, amount);
        if (sum != null) {
            Aten.add_(sum, amount, 1);
        }
    }

    @Override
    public void addByLatent(Parameter parameter, CodeSpace space, NDArray table, NDArray values) {
        NDArray sum = gradients.get(parameter);
        if (sum == null) {
            space.byLatent(start(parameter), table, values);
        } else {
            space.addByLatent(sum, table, values);
        }
    }

    @Override
    public NDArray start(Parameter parameter) {
        Workspace.Use use =
                parameter == Parameter.ENCODER ? Workspace.Use.ENCODER_GRADIENT : Workspace.Use.DECODER_GRADIENT;
        Shape shape = parameters.get(parameter).getShape();
        NDArray gradient = workspace.array(use, shape.get(0), shape.get(1));
        gradients.put(parameter, gradient);
        return gradient;
    }

    @Override
    public NDArray get(Parameter parameter) {
        return all().get(parameter);
    }

    /** Returns the gradients of all parameters. */
    public DictionaryParameters all() {
        return new DictionaryParameters(gradients);
    }

    /** {@inheritDoc} The encoder gradient is accumulated without the centre; {@link #addCentre} corrects it. */
    @Override
    public void addPreActivations(CodeSpace space, BatchSlice rows, NDArray v) {
        addByLatent(Parameter.ENCODER, space, rows.x(), v);
        NDArray sum = space.sumByLatent(v);
        preActivationSum = preActivationSum == null ? sum : added(preActivationSum, sum);
    }

    /**
     * Corrects the gradients for inputs centred by the decoder bias. With v the gradient of the pre-activations {@code (x − b_dec) ·
     * W_encᵀ}, {@code ∂W_enc = vᵀ · x − Σ_rows v ⊗ b_dec} and {@code ∂b_dec −= Σ_rows v · W_enc}.
     */
    void addCentre(NDArray decoderBias, SliceReduction reduction) {
        NDArray encoder = gradients.get(Parameter.ENCODER);
        Aten.addcmul_(encoder, preActivationSum.reshape(-1, 1), decoderBias.reshape(1, -1), -1);
        NDArray zeros = decoderBias.zerosLike();
        NDArray gradient = Aten.addmv(zeros, parameters.encoder().transpose(), preActivationSum, -1);
        add(Parameter.DECODER_BIAS, reduction.sum(Exchange.CENTRE_GRADIENT, gradient));
    }

    @Override
    public NDArray preActivationSum() {
        return preActivationSum;
    }

    @Override
    public void addPreActivationSum(NDArray amount) {
        added(preActivationSum, amount);
    }

    @Override
    public void addDecoderDot(CodeSpace space, NDArray codes, NDArray codeGradient) {
        if (sumsDecoderDot()) {
            addDecoderDot(space.sumByLatent(codes.mul(codeGradient)));
        }
    }

    @Override
    public void addDecoderDot(NDArray amount) {
        if (sumsDecoderDot()) {
            decoderDot = decoderDot == null ? amount : added(decoderDot, amount);
        }
    }

    /** The rows of a tied dictionary also have gradients as encoder rows. */
    private boolean sumsDecoderDot() {
        return !dense && parameters.has(Parameter.DECODER);
    }

    @Override
    public void addDecoderNorms(NDArray normGradient, NDArray norms) {
        NDArray factor = normGradient.div(norms).reshape(-1, 1);
        Aten.addcmul_(gradients.get(parameters.decoderParameter()), parameters.decoder(), factor, 1);
        addDecoderDot(normGradient.mul(norms));
    }

    /** Returns the inner product of each decoder row with its gradient, [d_sae]. */
    public NDArray decoderGradientDot() {
        if (sumsDecoderDot()) {
            return decoderDot;
        }
        try (Scope scope = Scope.open()) {
            NDArray products = gradients.get(parameters.decoderParameter()).mul(parameters.decoder());
            return scope.keep(products.sum(new int[] {1}));
        }
    }

    void keep(Scope scope) {
        gradients.values().forEach(scope::keep);
        Stream.of(preActivationSum, decoderDot).filter(Objects::nonNull).forEach(scope::keep);
    }

    /**
     * Adds in place. A new small array per chunk would fragment the memory between the large arrays, and the next chunk would need new
     * allocations.
     */
    static NDArray added(NDArray sum, NDArray amount) {
        Aten.add_(sum, amount, 1);
        return sum;
    }
}
