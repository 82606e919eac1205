package dev.assay.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a step adds up over the pieces of its batch: losses, gradients, errors, who fired. */
final class StepSums {
    private final DictionaryParameters parameters;
    private final int batch;
    private final EnumMap<Parameter, NDArray> gradients = new EnumMap<>(Parameter.class);
    private final Map<String, NDArray> losses = new LinkedHashMap<>();
    private final Map<String, NDArray> logged = new LinkedHashMap<>();
    private final Map<String, NDArray> perLatent = new LinkedHashMap<>();
    private NDArray errors; // [batch, d_out]
    private boolean inPieces;
    private int errorRows; // those that are known, of a batch in pieces
    private NDArray product; // [d_sae]
    private NDArray parallel; // [d_sae]
    private NDArray fired; // [d_sae]

    StepSums(DictionaryParameters parameters, int batch) {
        this.parameters = parameters;
        this.batch = batch;
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
        losses.merge(name, amount, StepSums::added);
    }

    /** Adds to a number that is only logged: a scalar. */
    void log(String name, NDArray amount) {
        logged.merge(name, amount, StepSums::added);
    }

    /** Adds to a sum that the objective needs in the end: [d_sae]. */
    void perLatent(String name, NDArray amount) {
        perLatent.merge(name, amount, StepSums::added);
    }

    /** What was logged under a name so far: a scalar. */
    NDArray logged(String name) {
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
            gradients.put(parameter, space.byLatent(rows, values));
        } else {
            space.addByLatent(sum, rows, values);
        }
    }

    /**
     * Adds the gradient of {@code s · encoderᵀ}.
     *
     * @param values the gradient at the places
     */
    void encoderProduct(CodeSpace space, Rows rows, NDArray values) {
        byLatent(Parameter.ENCODER, space, rows.s(), values);
        NDArray sum = space.sumByLatent(values);
        product = product == null ? sum : added(product, sum);
    }

    /** The sum over all rows of the gradient of {@code s · encoderᵀ}: [d_sae]. */
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

    /** Prepares for a batch in pieces: what outlasts a piece gets its place before the arrays of the first one. */
    void startPieces(NDArray target) {
        inPieces = true;
        errors = target.zerosLike();
        gradients.put(Parameter.ENCODER, parameters.encoder().zerosLike());
        gradients.put(parameters.decoderParameter(), parameters.decoder().zerosLike());
    }

    /** Takes note of what was left over: x̂ − target of the next rows, which become part of the sums where they are all. */
    void error(NDArray rows) {
        if (errors == null) {
            errors = rows;
            return;
        }
        int next = errorRows + (int) rows.getShape().get(0);
        Aten.copy_(errors.get(new NDIndex("{}:{}", errorRows, next)), rows);
        errorRows = next;
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
        try (Scope scope = Scope.open()) {
            active(space, Aten.positive(codes));
            scope.keep(fired);
        }
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
        all.add(errors);
        all.add(product);
        all.add(parallel);
        all.add(fired);
        all.stream().filter(array -> array != null).forEach(scope::keep);
    }

    /** Reads the losses and the logged numbers at once. */
    Losses losses() {
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
    record Losses(double total, Map<String, Double> parts, Map<String, Double> logged, double l0) {
        /** A part of the loss or a logged number; null where there is none of this name. */
        Double get(String name) {
            return parts.containsKey(name) ? parts.get(name) : logged.get(name);
        }
    }
}
