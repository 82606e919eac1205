package dev.assay.notebook;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.rapaio.jupyter.kernel.MainApp;
import org.rapaio.jupyter.kernel.channels.Channels;
import org.rapaio.jupyter.kernel.channels.LoopThread;
import org.rapaio.jupyter.kernel.core.ConnectionProperties;
import org.rapaio.jupyter.kernel.core.Transform;

/**
 * Starts the rapaio kernel like its own main class, with less output and with a workaround for two races of version 3.0.1, in which the
 * kernel never responds on a busy machine: a request that arrives before the handlers are registered ends the thread that reads
 * requests, and that thread also ends if it runs before its flag is set. This launcher drops early requests, which Jupyter repeats after
 * a second, and replaces threads that have ended.
 */
public final class RapaioLauncher {
    private static final List<String> LOOPS = List.of("heartbeat", "shell", "control");
    private static final long LOOP_PAUSE = 50; // milliseconds, as in the kernel
    private static final long LOOP_START = 200; // milliseconds within which an affected thread has ended

    private RapaioLauncher() {}

    /**
     * Runs the kernel until it is stopped.
     *
     * @param args the connection file of Jupyter
     * @throws Exception if the file or its key cannot be used
     */
    public static void main(String[] args) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        Channels channels =
                channels(Transform.fromJson(Files.readString(Path.of(args[0])), ConnectionProperties.class));
        channels.connect(MainApp.kernel);
        for (String loop : LOOPS) {
            keepAlive(get(channels, loop));
        }
        channels.joinUntilClose();
    }

    /** {@return channels that drop requests until handlers are registered} */
    static Channels channels(ConnectionProperties connection) throws Exception {
        Channels channels = new Channels(connection);
        set(channels, "handlers", Map.of());
        return channels;
    }

    /** Restarts the thread of a channel if it has ended. */
    static void keepAlive(Object channel) throws Exception {
        LoopThread thread = (LoopThread) get(channel, "loopThread");
        thread.join(LOOP_START);
        while (!thread.isAlive()) {
            thread = new LoopThread(thread.getName(), LOOP_PAUSE, (Runnable) get(thread, "loopBody"));
            set(channel, "loopThread", thread);
            thread.start();
            thread.join(LOOP_START);
        }
    }

    private static Object get(Object owner, String name) throws ReflectiveOperationException {
        return field(owner, name).get(owner);
    }

    private static void set(Object owner, String name, Object value) throws ReflectiveOperationException {
        field(owner, name).set(owner, value);
    }

    private static Field field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
