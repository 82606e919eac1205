package dev.assay.train.internal.sharded;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.collective.Collective;
import dev.assay.train.internal.run.TrainingCheckpoints;
import dev.assay.train.internal.step.TrainingState;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.DictionaryParameters;
import dev.assay.train.spi.Parameter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * A dictionary in training whose latents are divided into slices. Each slice has a thread, parameters, moments and counters of its own; the
 * decoder bias is in every slice, and all slices update it equally.
 */
public final class SlicedDictionary implements AutoCloseable {
    private final SliceLayout layout;
    private final TrainingPlan plan;
    private final List<Slice> slices = new ArrayList<>();
    private final ExecutorService threads;

    /** One slice, used by one thread at a time. */
    private record Slice(int number, SliceWorker worker, NDManager manager, TrainingState state) {}

    /**
     * Divides a dictionary.
     *
     * @param plan the options of the run
     * @param whole the initial parameters, which are copied
     * @param layout the slices and workers
     * @param collectives the connection of each worker
     * @param device of the slices
     */
    public SlicedDictionary(
            TrainingPlan plan,
            DictionaryParameters whole,
            SliceLayout layout,
            List<Collective> collectives,
            Device device) {
        this.layout = layout;
        this.plan = plan;
        for (Collective collective : collectives) {
            SliceWorker worker = new SliceWorker(layout, collective);
            for (int i = 0; i < layout.slicesOf(collective.worker()); i++) {
                int number = worker.firstSlice() + i;
                NDManager manager = TorchEngine.newManager(device);
                slices.add(new Slice(number, worker, manager, state(manager, worker, number, whole)));
            }
        }
        this.threads = Executors.newFixedThreadPool(slices.size(), task -> {
            Thread thread = new Thread(task, "latent-slice");
            thread.setDaemon(true);
            return thread;
        });
    }

    private TrainingState state(NDManager manager, SliceWorker worker, int number, DictionaryParameters whole) {
        NDIndex latents = new NDIndex("{}:{}", layout.firstLatent(number), layout.firstLatent(number + 1));
        Map<Parameter, NDArray> arrays = new EnumMap<>(Parameter.class);
        whole.byName()
                .forEach((parameter, array) -> arrays.put(
                        parameter,
                        Scope.detached(() -> Aten.copy(parameter.isOfLatents() ? array.get(latents) : array))));
        arrays.values().forEach(array -> array.attach(manager));
        return TrainingState.ofSlice(
                manager,
                plan,
                new DictionaryParameters(arrays),
                new SliceCommunication(worker, number, manager, plan.batch()));
    }

    /**
     * Performs one step.
     *
     * @param x [batch, d_in], scaled; unchanged while the slices read it
     * @return the report, which is the same in all slices
     */
    public TrainingState.StepReport step(NDArray x) {
        return onEach(slice -> {
                    slice.state().keepWindowShort();
                    try (Scope scope = Scope.open()) {
                        NDArray own = slice.manager().create(x.getShape());
                        Aten.copy_(own, x);
                        return slice.state().step(own);
                    }
                })
                .get(0);
    }

    /** Returns the layout. */
    public SliceLayout layout() {
        return layout;
    }

    /** Calls a function with the state of each slice, on the thread of the slice. */
    public <R> List<R> onStates(StateFunction<R> function) {
        return onEach(slice -> function.apply(slice.number(), slice.state()));
    }

    /**
     * Computes a result from the state of a slice.
     *
     * @param <R> the result
     */
    public interface StateFunction<R> {
        /** Computes the result of the slice with a number. */
        R apply(int slice, TrainingState state);
    }

    /**
     * Joins the slices to the state of the whole dictionary, as if it had been trained on one machine.
     *
     * @param whole a new state of the same plan; changed
     */
    public void joinTo(TrainingState whole) {
        try (Scope scope = Scope.open()) {
            List<Map<String, NDArray>> parts = slices.stream()
                    .map(slice -> TrainingCheckpoints.arrays(slice.state()))
                    .toList();
            TrainingCheckpoints.arrays(whole).forEach((name, array) -> {
                NDList ofSlices = new NDList();
                parts.forEach(part -> ofSlices.add(part.get(name)));
                NDArray first = ofSlices.get(0);
                boolean divided = !first.getShape().equals(array.getShape());
                Aten.copy_(array, divided ? NDArrays.concat(ofSlices) : first);
            });
            TrainingState first = slices.get(0).state();
            whole.restore(first.stepsTaken(), first.dead().windowTokens());
        }
    }

    private <R> List<R> onEach(Function<Slice, R> task) {
        List<Future<R>> futures = new ArrayList<>();
        for (Slice slice : slices) {
            futures.add(threads.submit(() -> {
                try (Autograd off = Autograd.off()) {
                    return task.apply(slice);
                } catch (RuntimeException | Error failure) {
                    slice.worker().abort(failure);
                    throw failure;
                }
            }));
        }
        List<R> results = new ArrayList<>();
        Throwable failure = null;
        for (Future<R> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException reason) {
                failure = first(failure, reason.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                slices.forEach(slice -> slice.worker().abort(interrupted));
                throw new IllegalStateException(
                        "interrupted while the slices of a dictionary were computed", interrupted);
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException reason) {
            throw reason;
        }
        return results;
    }

    /** Returns the failure that others follow from. */
    private static Throwable first(Throwable before, Throwable next) {
        boolean follows = next instanceof IllegalStateException && next.getCause() != null;
        return before == null || !follows && before instanceof IllegalStateException ? next : before;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        for (Slice slice : slices) {
            slice.state().close();
            slice.manager().close();
        }
    }
}
