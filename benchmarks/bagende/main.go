// The neutral back end: answers held talks over HTTPS with client certificates, after a delay that can be set, and keeps
// the log from which order, loss and duplicates are judged. Standard library alone.
//
// Control, on a plain HTTP port of loopback:
//
//	POST /nulstil?delay_ms=50   forgets the log; every later answer takes so long; no faults
//	POST /fejl?nede=1           503 from here on (0: no more) · ?borger=<cpr>: this citizen is refused (empty: nobody)
//	GET  /antal                 how many answers were receipts
//	GET  /log                   one line an answer: ns in, ns out, citizen, time of the talk, status
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type linje struct {
	ind, ud int64
	status  int16
	borger  string
	art     string
	tid     string
}

// One of the parts of the log: writers of different connections seldom wait for each other.
type del struct {
	sync.Mutex
	linjer []linje
}

const dele = 16

var (
	logdele  [dele]del
	naeste   atomic.Uint32
	antal    atomic.Int64
	delay    atomic.Int64
	nede     atomic.Bool
	afvist   atomic.Pointer[string]
	kopi     = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	cprFelt  = []byte("PersonCivilRegistrationIdentifier>")
	tidFelt  = []byte("InterviewDateTime>")
	artFelt  = []byte("InterviewTypeIdentifier>")
	opretNav = []byte("CreatePersonInterview")
	laesNavn = []byte("GetInterviewInfo")
)

// The text of the first element whose name ends so; empty when there is none.
func felt(krop, navn []byte) string {
	i := bytes.Index(krop, navn)
	if i < 0 {
		return ""
	}
	rest := krop[i+len(navn):]
	j := bytes.IndexByte(rest, '<')
	if j < 0 {
		return ""
	}
	return string(rest[:j])
}

const (
	kuvert = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>`
	slut   = `</s:Body></s:Envelope>`
)

func samtale(w http.ResponseWriter, r *http.Request) {
	ind := time.Now().UnixNano()
	b := kopi.Get().(*bytes.Buffer)
	defer kopi.Put(b)
	b.Reset()
	if _, err := io.Copy(b, r.Body); err != nil {
		return
	}
	krop := b.Bytes()
	if bytes.Contains(krop, laesNavn) {
		samtaler(w, felt(krop, cprFelt))
		return
	}
	if !bytes.Contains(krop, opretNav) {
		http.Error(w, "not part of the measurement", http.StatusNotFound)
		return
	}
	l := linje{ind: ind, borger: felt(krop, cprFelt), art: felt(krop, artFelt), tid: felt(krop, tidFelt), status: 200}
	if d := delay.Load(); d > 0 {
		time.Sleep(time.Duration(d))
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if a := afvist.Load(); a != nil && *a == l.borger {
		l.status = 500
	} else if nede.Load() {
		l.status = 503
	}
	nr := naeste.Add(1)
	switch l.status {
	case 200:
		fmt.Fprintf(w, `%s<CreatePersonInterviewResponse xmlns="urn:bench"><ServiceReceipt><EventDate>%s</EventDate>`+
			`<MessageIdentifier>00000000-0000-4000-8000-%012x</MessageIdentifier></ServiceReceipt></CreatePersonInterviewResponse>%s`,
			kuvert, time.Now().UTC().Format(time.RFC3339), nr, slut)
		antal.Add(1)
	case 500:
		w.WriteHeader(500)
		fmt.Fprintf(w, `%s<s:Fault><faultcode>4971</faultcode><faultstring>afvist</faultstring></s:Fault>%s`, kuvert, slut)
	default:
		w.WriteHeader(503)
	}
	l.ud = time.Now().UnixNano()
	d := &logdele[nr%dele]
	d.Lock()
	d.linjer = append(d.linjer, l)
	d.Unlock()
}

// What stands of a citizen: whoever lost an answer reads it back. No part of the log.
func samtaler(w http.ResponseWriter, borger string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	b := bufio.NewWriter(w)
	defer b.Flush()
	fmt.Fprintf(b, `%s<GetInterviewInfoResponse xmlns="http://service.bm.dk/pjaktass/InterviewService/1/"><Interviews>`, kuvert)
	for i := range logdele {
		logdele[i].Lock()
		for _, l := range logdele[i].linjer {
			if l.borger == borger && l.status == 200 {
				fmt.Fprintf(b, `<PersonInterview><InterviewTypeIdentifier>%s</InterviewTypeIdentifier><InterviewDateTime>%s</InterviewDateTime></PersonInterview>`,
					l.art, l.tid)
			}
		}
		logdele[i].Unlock()
	}
	fmt.Fprintf(b, `</Interviews></GetInterviewInfoResponse>%s`, slut)
}

func nulstil(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.ParseFloat(r.FormValue("delay_ms"), 64)
	if err != nil {
		http.Error(w, "delay_ms: a number", http.StatusBadRequest)
		return
	}
	for i := range logdele {
		logdele[i].Lock()
		logdele[i].linjer = nil
		logdele[i].Unlock()
	}
	antal.Store(0)
	nede.Store(false)
	afvist.Store(nil)
	delay.Store(int64(ms * float64(time.Millisecond)))
}

func fejl(w http.ResponseWriter, r *http.Request) {
	if n := r.FormValue("nede"); n != "" {
		nede.Store(n == "1")
	}
	if r.Form.Has("borger") {
		b := r.FormValue("borger")
		afvist.Store(&b)
	}
}

func logud(w http.ResponseWriter, _ *http.Request) {
	b := bufio.NewWriterSize(w, 1<<20)
	defer b.Flush()
	for i := range logdele {
		logdele[i].Lock()
		for _, l := range logdele[i].linjer {
			fmt.Fprintf(b, "%d\t%d\t%s\t%s\t%d\n", l.ind, l.ud, l.borger, l.tid, l.status)
		}
		logdele[i].Unlock()
	}
}

func main() {
	cert := flag.String("cert", "", "PEM with key and certificate")
	ca := flag.String("ca", "", "PEM of who may have issued a client's certificate")
	flag.Parse()
	noegle, err := tls.LoadX509KeyPair(*cert, *cert)
	if err != nil {
		log.Fatal(err)
	}
	pem, err := os.ReadFile(*ca)
	if err != nil {
		log.Fatal(err)
	}
	kendte := x509.NewCertPool()
	kendte.AppendCertsFromPEM(pem)
	lyt, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	styr, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	m := http.NewServeMux()
	m.HandleFunc("/nulstil", nulstil)
	m.HandleFunc("/fejl", fejl)
	m.HandleFunc("/log", logud)
	m.HandleFunc("/antal", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, antal.Load()) })
	go func() { log.Fatal(http.Serve(styr, m)) }()
	s := &http.Server{
		Handler: http.HandlerFunc(samtale),
		// HTTP/1.1 alone, as DFDG is called: without this Go offers h2.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{noegle}, ClientCAs: kendte, ClientAuth: tls.RequireAndVerifyClientCert,
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() {
		// Whoever started it is gone.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Printf("https://%s http://%s\n", lyt.Addr(), styr.Addr())
	log.Fatal(s.Serve(tls.NewListener(lyt, s.TLSConfig)))
}
