package dev.assay.train.metrics;

import dev.assay.io.FileFailures;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Writes metrics as scalars to a TensorBoard event file: a sequence of records, each one message {@code Event}.
 *
 * <p>Event files are append-only. A resumed run starts another file, whose first record starts a session at the step after the restored
 * one: TensorBoard then hides later steps of older files. It skips a record that a killed process left incomplete, since the checksum
 * does not match.
 *
 * <p>Numbers of messages and fields: {@code event.proto} and {@code summary.proto} of TensorBoard; framing: {@code record_writer.cc}
 * of TensorFlow.
 */
final class TensorBoardEvents implements TrainingListener, AutoCloseable {
    private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");
    private static final String VERSION = "brain.Event:2";

    // Fields of Event.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;

    // Fields of Summary, of its Value, and of SessionLog.
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int STATUS = 1;
    private static final int START = 1;

    private final Path file;
    private final OutputStream out;

    /**
     * Starts an event file whose name sorts after those of all existing files.
     *
     * @param folder created when missing
     * @param stepsTaken the step after which the run continues; 0 for a new run
     */
    TensorBoardEvents(Path folder, long stepsTaken) throws IOException {
        Files.createDirectories(folder);
        long second = Math.max(System.currentTimeMillis() / 1000, newest(folder) + 1);
        file = folder.resolve(String.format("events.out.tfevents.%010d.%s.assay", second, host()));
        out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
        append(event().text(FILE_VERSION, VERSION));
        append(event().integer(STEP, stepsTaken + 1)
                .message(SESSION_LOG, new ProtobufMessage().integer(STATUS, START)));
        out.flush();
    }

    /** The time in the name of the newest event file. TensorBoard reads the files of a folder in the order of their names. */
    private static long newest(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .max()
                    .orElse(0);
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }

    @Override
    public void step(TrainingProgress progress, Map<String, Number> metrics) throws IOException {
        ProtobufMessage summary = new ProtobufMessage();
        metrics.forEach((tag, value) ->
                summary.message(VALUE, new ProtobufMessage().text(TAG, tag).float32(SIMPLE_VALUE, value.floatValue())));
        try {
            append(event().integer(STEP, progress.step()).message(SUMMARY, summary));
            out.flush();
        } catch (IOException failure) {
            throw FileFailures.named(file, failure);
        }
    }

    private static ProtobufMessage event() {
        return new ProtobufMessage().float64(WALL_TIME, System.currentTimeMillis() / 1e3);
    }

    /** A record: the length of the data, a checksum of the length, the data, a checksum of the data; little-endian. */
    private void append(ProtobufMessage event) throws IOException {
        byte[] data = event.toBytes();
        ByteBuffer length = little(Long.BYTES).putLong(data.length);
        out.write(length.array());
        out.write(checksum(length.array()));
        out.write(data);
        out.write(checksum(data));
    }

    /** The masked CRC-32C of TensorFlow's record format: rotated right by 15 bits, plus a constant. */
    private static byte[] checksum(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
        return little(Integer.BYTES).putInt(masked).array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void finish(TrainingProgress progress) throws IOException {
        close();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
