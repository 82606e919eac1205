package dev.assay.train.internal.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.train.plan.Parameter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a step adds up over the pieces of its batch: losses, gradients, errors, who fired. */
public final class StepAccumulator {
    private final DictionaryParameters parameters;
    private final int batch;
    private final EnumMap<Parameter, NDArray> gradients = new EnumMap<>(Parameter.class);
    private final Map<String, NDArray> losses = new LinkedHashMap<>();
    private final Map<String, NDArray> logged = new LinkedHashMap<>();
    private final Map<String, NDArray> perLatent = new LinkedHashMap<>();
    private final Workspace workspace;
    private final NDArray errors; // [batch, d_out]
    private boolean inPieces;
    private NDArray product; // [d_sae]
    private NDArray parallel; // [d_sae]
    private NDArray fired; // [d_sae]

    StepAccumulator(DictionaryParameters parameters, int batch, Workspace workspace) {
        this.parameters = parameters;
        this.batch = batch;
        this.workspace = workspace;
        this.errors = borrow(Workspace.Use.ERROR);
    }

    /** An array of the workspace, of the shape of a reconstruction of the whole batch: [batch, d_out]. */
    NDArray borrow(Workspace.Use use) {
        return workspace.array(use, batch, parameters.dOut());
    }

    /**
     * Adds to a sum where it stands: a new array for each piece of a batch, small as it is, would lie in the way of the large ones of
     * the next piece, and they would need fresh memory.
     */
    private static NDArray added(NDArray sum, NDArray amount) {
        Aten.add_(sum, amount, 1);
        return sum;
    }

    /** The rows of the whole batch: every mean is over them. */
    int batch() {
        return batch;
    }

    DictionaryParameters parameters() {
        return parameters;
    }

    /** Adds to a loss that is differentiated: a scalar, its coefficient included. */
    void loss(String name, NDArray amount) {
        losses.merge(name, amount, StepAccumulator::added);
    }

    /** Adds to a number that is only logged: a scalar. */
    void log(String name, NDArray amount) {
        logged.merge(name, amount, StepAccumulator::added);
    }

    /** Adds to a sum that the objective needs in the end: [d_sae]. */
    void perLatent(String name, NDArray amount) {
        perLatent.merge(name, amount, StepAccumulator::added);
    }

    /** What was logged under a name so far: a scalar. */
    public NDArray logged(String name) {
        return logged.get(name);
    }

    /** What was added up under a name: [d_sae]. */
    NDArray perLatent(String name) {
        return perLatent.get(name);
    }

    /** Adds to the gradient of a parameter; the array becomes part of the sum. */
    void gradient(Parameter parameter, NDArray amount) {
        NDArray sum = gradients.putIfAbsent(parameter, amount);
        if (sum != null) {
            Aten.add_(sum, amount, 1);
        }
    }

    /** Adds {@code valuesᵀ · rows} to the gradient of a matrix of one row a latent. */
    void byLatent(Parameter parameter, CodeSpace space, NDArray rows, NDArray values) {
        NDArray sum = gradients.get(parameter);
        if (sum == null) {
            space.byLatent(startMatrix(parameter), rows, values);
        } else {
            space.addByLatent(sum, rows, values);
        }
    }

    /**
     * Gives the gradient of a matrix of one row a latent its place.
     *
     * @return as the parameter, to be filled
     */
    NDArray startMatrix(Parameter parameter) {
        Workspace.Use use =
                parameter == Parameter.ENCODER ? Workspace.Use.ENCODER_GRADIENT : Workspace.Use.DECODER_GRADIENT;
        Shape shape = parameters.get(parameter).getShape();
        NDArray place = workspace.array(use, shape.get(0), shape.get(1));
        gradients.put(parameter, place);
        return place;
    }

    /**
     * Adds the gradient of the encoder's product, as if rows had no centre: {@link #centre} does the rest.
     *
     * @param values the gradient at the places
     */
    void encoderProduct(CodeSpace space, BatchSlice rows, NDArray values) {
        byLatent(Parameter.ENCODER, space, rows.x(), values);
        NDArray sum = space.sumByLatent(values);
        product = product == null ? sum : added(product, sum);
    }

    /**
     * Accounts for the centre of all rows, where it is the decoder bias: with v the gradient of the product
     * {@code (x − b_dec) · W_encᵀ}, {@code ∂W_enc = vᵀ · x − Σ_rows v ⊗ b_dec} and {@code ∂b_dec −= Σ_rows v · W_enc}.
     */
    void centre(NDArray decoderBias) {
        NDArray encoder = gradients.get(Parameter.ENCODER);
        Aten.addcmul_(encoder, product.reshape(-1, 1), decoderBias.reshape(1, -1), -1);
        NDArray none = decoderBias.zerosLike();
        gradient(Parameter.DECODER_BIAS, Aten.addmv(none, parameters.encoder().transpose(), product, -1));
    }

    /** The sum over all rows of the gradient of the encoder's product: [d_sae]. */
    NDArray productSum() {
        return product;
    }

    /** Adds to the gradient of that product's sum what comes from elsewhere: [d_sae]. */
    void productSum(NDArray amount) {
        added(product, amount);
    }

    /**
     * Adds to the inner product of each decoder row with its gradient what is at hand already: with {@code ∂W = Σ c · g} over the places
     * of a latent, {@code ⟨∂W, W⟩ = Σ c · ⟨g, W⟩}. Where places are many, the product of the two matrices in the end takes less.
     *
     * @param codes c at the places
     * @param codeGradient ⟨g, W⟩ at the places
     */
    void parallel(CodeSpace space, NDArray codes, NDArray codeGradient) {
        if (sumsParallel()) {
            parallel(space.sumByLatent(codes.mul(codeGradient)));
        }
    }

    /** Adds to the inner product of each decoder row with its gradient: [d_sae]. */
    void parallel(NDArray amount) {
        if (sumsParallel()) {
            parallel = parallel == null ? amount : added(parallel, amount);
        }
    }

    /** The rows of a tied dictionary have gradients as encoder rows, too. */
    private boolean sumsParallel() {
        return !inPieces && parameters.has(Parameter.DECODER);
    }

    /**
     * Adds {@code v_l · W_l / ‖W_l‖} to the gradient of each decoder row, the gradient of a loss in which the norms stand.
     *
     * @param ofNorms v [d_sae], the gradient with respect to the norms
     * @param norms [d_sae]
     */
    void decoderNorms(NDArray ofNorms, NDArray norms) {
        NDArray factor = ofNorms.div(norms).reshape(-1, 1);
        Aten.addcmul_(gradients.get(parameters.decoderParameter()), parameters.decoder(), factor, 1);
        parallel(ofNorms.mul(norms));
    }

    /** Prepares for a batch in pieces. */
    void startPieces() {
        inPieces = true;
    }

    /** The place for what is left over of some rows: [rows, d_out], x̂ − target once it was filled. */
    NDArray error(BatchSlice rows) {
        return rows.of(errors);
    }

    /** x̂ − target of all rows: [batch, d_out]. */
    NDArray error() {
        return errors;
    }

    /** Takes note of active places: 1 where a latent fired. */
    void active(CodeSpace space, NDArray active) {
        NDArray counts = space.sumByLatent(active);
        fired = fired == null ? counts : added(fired, counts);
    }

    /** Takes note of the places where a code is above 0. */
    void activeWherePositive(CodeSpace space, NDArray codes) {
        activeWhereAbove(space, codes, 0);
    }

    /** Takes note of the places where a value is above a bound. */
    void activeWhereAbove(CodeSpace space, NDArray values, double bound) {
        NDArray active = space.scratch(values);
        Aten.above(values, bound, active);
        active(space, active);
    }

    /** How often each latent fired: [d_sae]. */
    NDArray fired() {
        return fired;
    }

    /** The inner product of each decoder row with its gradient: [d_sae]. */
    NDArray parallel() {
        if (sumsParallel()) {
            return parallel;
        }
        try (Scope scope = Scope.open()) {
            NDArray products = gradients.get(parameters.decoderParameter()).mul(parameters.decoder());
            return scope.keep(products.sum(new int[] {1}));
        }
    }

    DictionaryParameters gradients() {
        return new DictionaryParameters(gradients);
    }

    /** Takes everything out of a scope that a piece of the batch was treated in. */
    void keep(Scope scope) {
        List<NDArray> all = new ArrayList<>(gradients.values());
        all.addAll(losses.values());
        all.addAll(logged.values());
        all.addAll(perLatent.values());
        all.add(product);
        all.add(parallel);
        all.add(fired);
        all.stream().filter(array -> array != null).forEach(scope::keep);
    }

    /** Reads the losses and the logged numbers at once. */
    public Losses losses() {
        NDArray l0 = fired.sum().div((float) batch);
        NDList all = new NDList(l0);
        losses.values().forEach(all::add);
        logged.values().forEach(all::add);
        NDList scalars = new NDList();
        all.forEach(scalar -> scalars.add(scalar.toType(DataType.FLOAT32, false).reshape(1)));
        float[] numbers = NDArrays.concat(scalars).toFloatArray();
        Map<String, Double> parts = new LinkedHashMap<>();
        Map<String, Double> others = new LinkedHashMap<>();
        int i = 1;
        double total = 0;
        for (String name : losses.keySet()) {
            total += numbers[i];
            parts.put(name, (double) numbers[i++]);
        }
        for (String name : logged.keySet()) {
            others.put(name, (double) numbers[i++]);
        }
        return new Losses(total, parts, others, numbers[0]);
    }

    /**
     * The numbers of a step.
     *
     * @param total what is differentiated
     * @param parts what it is the sum of
     * @param logged others
     * @param l0 active latents a row
     */
    public record Losses(double total, Map<String, Double> parts, Map<String, Double> logged, double l0) {
        /** A part of the loss or a logged number; null where there is none of this name. */
        public Double get(String name) {
            return parts.containsKey(name) ? parts.get(name) : logged.get(name);
        }
    }
}
