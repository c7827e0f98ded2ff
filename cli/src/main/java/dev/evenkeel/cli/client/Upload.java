package dev.evenkeel.cli.client;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** A request body that tells how much of it has been taken by the connection. */
public final class Upload {
    private Upload() {}

    /** Hears of progress, from the HTTP client's threads. */
    @FunctionalInterface
    public interface Meter {
        /** So many bytes have been handed to the connection. */
        void sent(long bytes);
    }

    static BodyPublisher metered(BodyPublisher body, Meter meter) {
        return new BodyPublisher() {
            @Override
            public long contentLength() {
                return body.contentLength();
            }

            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> connection) {
                body.subscribe(new Counting(connection, meter));
            }
        };
    }

    private static final class Counting implements Flow.Subscriber<ByteBuffer> {
        private final Flow.Subscriber<? super ByteBuffer> connection;
        private final Meter meter;
        private long sent;

        Counting(Flow.Subscriber<? super ByteBuffer> connection, Meter meter) {
            this.connection = connection;
            this.meter = meter;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            connection.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            sent += piece.remaining();
            connection.onNext(piece);
            meter.sent(sent);
        }

        @Override
        public void onError(Throwable error) {
            connection.onError(error);
        }

        @Override
        public void onComplete() {
            connection.onComplete();
        }
    }
}
