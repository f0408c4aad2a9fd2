package benk;

import static io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS;
import static io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder.KEY;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Parallel Consumer, KEY order: one POST a record, answered before the record counts as done. What it keeps is in memory.
 * Arguments: bootstrap servers, group, back end, CA (PEM), folder with client certificates and keys (DER), concurrency,
 * batch size of the consumer.
 */
public final class Arm {
    private static final Pattern MOENSTER = Pattern.compile("akasse\\.[0-9]+\\.haendelser\\.v1");

    public static void main(String[] a) throws Exception {
        String skabelon = Files.readString(Path.of(a[4], "skabelon.xml"));
        int samtidige = Integer.parseInt(a[5]);
        Map<String, HttpClient> klienter = new ConcurrentHashMap<>();
        Properties p = new Properties();
        p.put("bootstrap.servers", a[0]);
        p.put("group.id", a[1]);
        p.put("enable.auto.commit", "false");
        p.put("auto.offset.reset", "earliest");
        p.put("isolation.level", "read_committed");
        p.put("max.poll.records", a[6]);
        p.put("metadata.max.age.ms", "5000");
        var konsument = new KafkaConsumer<>(p, new StringDeserializer(), new ByteArrayDeserializer());
        ParallelStreamProcessor<String, byte[]> pc = ParallelStreamProcessor.createEosStreamProcessor(
                ParallelConsumerOptions.<String, byte[]>builder()
                        .ordering(KEY)
                        .maxConcurrency(samtidige)
                        .commitMode(PERIODIC_CONSUMER_ASYNCHRONOUS)
                        .commitInterval(Duration.ofMillis(200))
                        .consumer(konsument)
                        .build());
        pc.subscribe(MOENSTER);
        pc.poll(kontekst -> {
            var post = kontekst.getSingleConsumerRecord();
            String json = new String(post.value(), StandardCharsets.UTF_8);
            String akasse = felt(json, "\"source\":\"/akasse/");
            String xml = skabelon
                    .replace("{akasse}", akasse)
                    .replace("{cpr}", felt(json, "\"cpr\":\""))
                    .replace("{id}", felt(json, "\"samtaleId\":\""))
                    .replace("{tid}", felt(json, "\"tidspunkt\":\""));
            var kald = HttpRequest.newBuilder(URI.create(a[2] + "/PersonRegistrationService/9"))
                    .header("Content-Type", "text/xml; charset=utf-8")
                    .header("SOAPAction", "\"CreatePersonInterview\"")
                    .POST(HttpRequest.BodyPublishers.ofString(xml))
                    .build();
            try {
                var svar = klienter.computeIfAbsent(akasse, k -> klient(a[3], Path.of(a[4], k)))
                        .send(kald, HttpResponse.BodyHandlers.ofString());
                if (svar.statusCode() != 200) {
                    throw new IllegalStateException("status " + svar.statusCode());
                }
            } catch (java.io.IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        System.out.println("klar");
        System.in.read();
        pc.closeDrainFirst(Duration.ofSeconds(30));
        System.exit(0);
    }

    private static String felt(String json, String efter) {
        int i = json.indexOf(efter) + efter.length();
        return json.substring(i, json.indexOf('"', i));
    }

    private static HttpClient klient(String ca, Path egen) {
        try {
            var fabrik = CertificateFactory.getInstance("X.509");
            KeyStore tillid = KeyStore.getInstance("PKCS12");
            tillid.load(null, null);
            try (var ind = Files.newInputStream(Path.of(ca))) {
                tillid.setCertificateEntry("ca", fabrik.generateCertificate(ind));
            }
            Certificate cert;
            try (var ind = Files.newInputStream(Path.of(egen + ".crt"))) {
                cert = fabrik.generateCertificate(ind);
            }
            var noegle = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(egen + ".key"))));
            KeyStore eget = KeyStore.getInstance("PKCS12");
            eget.load(null, null);
            eget.setKeyEntry("klient", noegle, new char[0], new Certificate[] {cert});
            var km = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            km.init(eget, new char[0]);
            var tm = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            tm.init(tillid);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(km.getKeyManagers(), tm.getTrustManagers(), null);
            return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
