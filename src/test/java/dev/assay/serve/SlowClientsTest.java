package dev.assay.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that send or receive slowly, and the end of a server with open requests. */
@Timeout(60)
@Tag("slow")
class SlowClientsTest {
    @TempDir
    private static Path folder;

    private static ServedDictionary dictionary;

    @BeforeAll
    static void openDictionary() throws IOException {
        dictionary = new ServedDictionary(folder.resolve("store"));
    }

    @AfterAll
    static void closeDictionary() {
        dictionary.close();
    }

    /** What a client sends before it stops. */
    private enum Stall {
        NOTHING {
            @Override
            void send(Socket socket, String host) {}
        },
        PART_OF_THE_HEAD {
            @Override
            void send(Socket socket, String host) throws IOException {
                write(socket, "GET / HTTP/1.1\r\nHost: " + host + "\r\nX-Sl");
            }
        },
        PART_OF_THE_BODY {
            @Override
            void send(Socket socket, String host) throws IOException {
                write(
                        socket,
                        "POST /api/prompt HTTP/1.1\r\nHost: " + host
                                + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"text\":");
            }
        },
        BODY_OF_A_REJECTED_REQUEST {
            @Override
            void send(Socket socket, String host) throws IOException {
                write(socket, "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 100\r\n\r\n{");
            }
        },
        REQUESTS_WITHOUT_READING_RESPONSES {
            @Override
            void send(Socket socket, String host) throws IOException {
                write(socket, ("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").repeat(100));
            }
        };

        abstract void send(Socket socket, String host) throws IOException;

        private static void write(Socket socket, String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWithinTwoSecondsWhileClientsHang(Stall kind) throws Exception {
        List<Socket> hanging = new ArrayList<>();
        try (RunningServer server = server(new Answers(), Duration.ofSeconds(30))) {
            Client good = new Client(server.address());
            assertEquals(200, good.get("/", Map.of()).statusCode());
            for (int i = 0; i < 64; i++) {
                hanging.add(connect(server, kind));
            }
            long start = System.nanoTime();
            assertEquals(200, good.get("/", Map.of()).statusCode());
            assertEquals(
                    200, new Client(server.address()).prompt("{\"text\":\"x\"}").statusCode());
            assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(2));
        } finally {
            for (Socket socket : hanging) {
                socket.close();
            }
        }
    }

    @Test
    void answersWhileMoreClientsHangThanThreadsMayWait() throws Exception {
        List<Socket> hanging = new ArrayList<>();
        try (RunningServer server = server(new Answers(), Duration.ofSeconds(30))) {
            for (int i = 0; i < 400; i++) {
                hanging.add(connect(server, Stall.PART_OF_THE_HEAD));
            }
            Client good = new Client(server.address());
            assertEquals(200, good.prompt("{\"text\":\"x\"}").statusCode());
            hanging.get(0).setSoTimeout(5_000);
            assertEnds(hanging.get(0)); // the longest wait ended for a new request
        } finally {
            for (Socket socket : hanging) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PART_OF_THE_HEAD", "PART_OF_THE_BODY", "BODY_OF_A_REJECTED_REQUEST"})
    void closesConnectionsThatExceedTheTimeLimit(Stall kind) throws Exception {
        try (RunningServer server = server(new Answers(), Duration.ofMillis(200));
                Socket slow = connect(server, kind)) {
            slow.setSoTimeout(5_000);
            assertEnds(slow);
        }
    }

    @Test
    void closesConnectionsThatSendOneByteAtATime() throws Exception {
        try (RunningServer server = server(new Answers(), Duration.ofMillis(300));
                Socket slow = connect(server, Stall.PART_OF_THE_HEAD)) {
            boolean open = true;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (open && System.nanoTime() < end) {
                try {
                    slow.getOutputStream().write('o');
                    Thread.sleep(50);
                } catch (SocketException closed) {
                    open = false;
                }
            }
            assertTrue(!open);
        }
    }

    @Test
    void stoppingAnswersOpenPromptsWithoutTraces() throws Exception {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<LogRecord> logged = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger("com.sun.net.httpserver");
        Handler handler = recording(logged);
        logger.addHandler(handler);
        Answers slow = new Answers();
        slow.may = new CountDownLatch(1);
        ExecutorService people = Executors.newCachedThreadPool();
        try {
            RunningServer server = new FeatureServer(slow, dictionary.inspector.dashboard())
                    .failures(failures::add)
                    .port(0)
                    .start();
            Client client = new Client(server.address());
            Future<HttpResponse<byte[]>> running = people.submit(() -> client.prompt("{\"text\":\"x\"}"));
            slow.began.await();
            List<Future<HttpResponse<byte[]>>> waiting = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                waiting.add(people.submit(() -> client.prompt("{\"text\":\"x\"}")));
            }
            Thread.sleep(300); // requests that come later are rejected with the same status
            Future<?> closing = people.submit(server::close);
            for (Future<HttpResponse<byte[]>> each : waiting) {
                HttpResponse<byte[]> response = each.get(20, TimeUnit.SECONDS);
                assertEquals(503, response.statusCode());
                assertEquals("the server is stopping", Client.error(response));
            }
            slow.may.countDown();
            assertEquals(200, running.get(20, TimeUnit.SECONDS).statusCode(), "the running request is complete");
            closing.get(20, TimeUnit.SECONDS);
            assertEquals(List.of(), failures);
            assertEquals(
                    List.of(),
                    logged.stream()
                            .filter(record -> record.getLevel().intValue() >= Level.INFO.intValue())
                            .map(LogRecord::getMessage)
                            .toList());
        } finally {
            logger.removeHandler(handler);
            people.shutdownNow();
        }
    }

    private static Handler recording(List<LogRecord> records) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    private static RunningServer server(LiveFeatures features, Duration limit) throws IOException {
        return new FeatureServer(features, dictionary.inspector.dashboard())
                .port(0)
                .bodyTimeout(limit)
                .responseTimeout(limit)
                .start();
    }

    private static Socket connect(RunningServer server, Stall kind) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        kind.send(socket, server.address().getAuthority());
        return socket;
    }

    /** Checks that the server ends a connection. */
    private static void assertEnds(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketException reset) {
            assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
        }
    }

    /** Features that respond immediately, or after a signal. */
    private static final class Answers implements LiveFeatures {
        private final CountDownLatch began = new CountDownLatch(1);
        private CountDownLatch may = new CountDownLatch(0);

        @Override
        public JsonNode prompt(PromptRequest request) {
            began.countDown();
            try {
                may.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            return Json.mapper().createObjectNode();
        }

        @Override
        public JsonNode feature(int latent, int effects) {
            return Json.mapper().createObjectNode();
        }

        @Override
        public int latents() {
            return 1;
        }
    }
}
