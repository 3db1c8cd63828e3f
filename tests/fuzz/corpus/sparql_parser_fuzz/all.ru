PREFIX : <urn:y:> WITH :g DELETE { ?s ?p 1 } INSERT { GRAPH ?g { ?s ?p _:b } }
USING :u USING NAMED :n WHERE { ?s ?p 1 GRAPH ?g { } } ;
INSERT DATA { :s :p 1 , [ :q _:a ] GRAPH :g { :s :p <<( _:a :b :c )>> } } ;
DELETE DATA { :s :p 'x' ~ :r } ; DELETE WHERE { ?s :p 3 GRAPH ?g { ?s :p 5 } } ;
LOAD SILENT <doc> INTO GRAPH :g ; CLEAR ALL ; DROP NAMED ; CREATE GRAPH :g ;
ADD :a TO DEFAULT ; MOVE DEFAULT TO :b ; COPY SILENT GRAPH :a TO :b ;
