// Command verify checks a Recourse ledger with somebody else's Merkle tree and somebody else's signed notes:
// golang.org/x/mod/sumdb/tlog and .../note, the packages behind Go's own checksum database.
//
//	verify -dir DIR -vkey KEY [-older FILE] [-sample N] [-proof FILE]
//
// It reads `checkpoint` and `tile/...` as C2SP's tlog-tiles names them, checks the signature, rebuilds the whole
// tree from the entry bundles, compares every hash tile, proves and checks the inclusion of every leaf (of N,
// spread evenly, when there are more), and, given a kept checkpoint, that the log continues it. With -proof it
// checks a `.tlog-proof` against the same checkpoint key instead of a folder. Exit status 0 and "ok", or 1 and why.
//
// Only Debian's golang-golang-x-mod-dev is needed:
//
//	GOPATH=/usr/share/gocode GO111MODULE=off go build -o verify verify.go
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
)

func main() {
	dir := flag.String("dir", "", "folder of the log")
	vkey := flag.String("vkey", "", "verifier key, pinned outside the log")
	older := flag.String("older", "", "file with a checkpoint kept from before")
	sample := flag.Int64("sample", 2000, "leaves to prove when there are more")
	proof := flag.String("proof", "", "a .tlog-proof to check instead of a folder")
	flag.Parse()
	var said string
	var err error
	if *proof != "" {
		said, err = checkProof(*proof, *vkey)
	} else {
		said, err = checkFolder(*dir, *vkey, *older, *sample)
	}
	if err != nil {
		fmt.Println("broken:", err)
		os.Exit(1)
	}
	fmt.Println("ok:", said)
}

func checkFolder(dir, vkey, older string, sample int64) (string, error) {
	tree, err := openCheckpoint(filepath.Join(dir, "checkpoint"), vkey)
	if err != nil {
		return "", err
	}
	rebuilt, leaves, err := rebuild(dir, tree.N)
	if err != nil {
		return "", err
	}
	root, err := tlog.TreeHash(tree.N, rebuilt)
	if err != nil {
		return "", err
	}
	if root != tree.Hash {
		return "", errors.New("the entries do not have the signed root")
	}
	tiles, err := compareTiles(dir, tree.N, rebuilt)
	if err != nil {
		return "", err
	}
	// From here on nothing comes from the entries: proofs are made from the log's own tiles.
	published := tlog.TileHashReader(tree, folder{dir, map[tlog.Tile][]byte{}})
	proved, err := proveLeaves(tree, leaves, published, sample)
	if err != nil {
		return "", err
	}
	if older != "" {
		if err := proveOlder(tree, older, vkey, published); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d leaves, %d hash tiles, %d inclusion proofs", tree.N, tiles, proved), nil
}

// openCheckpoint verifies a checkpoint's signature and reads its three lines.
func openCheckpoint(path, vkey string) (tlog.Tree, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	return parseCheckpoint(raw, vkey)
}

func parseCheckpoint(raw []byte, vkey string) (tlog.Tree, error) {
	var tree tlog.Tree
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, errors.New("the checkpoint is not one of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	if tree.N < 0 || strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, errors.New("the size is not written as plain digits")
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// stored is the whole tree in memory, in the order in which tlog numbers hashes.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

// rebuild hashes every entry of every bundle into a tree.
func rebuild(dir string, size int64) (stored, []tlog.Hash, error) {
	var all stored
	var leaves []tlog.Hash
	for n := int64(0); n*width < size; n++ {
		w := size - n*width
		if w > width {
			w = width
		}
		entries, err := readBundle(dir, n, int(w))
		if err != nil {
			return nil, nil, err
		}
		for _, entry := range entries {
			leaf := tlog.RecordHash(entry)
			more, err := tlog.StoredHashesForRecordHash(int64(len(leaves)), leaf, all)
			if err != nil {
				return nil, nil, err
			}
			all, leaves = append(all, more...), append(leaves, leaf)
		}
	}
	return all, leaves, nil
}

// readBundle reads exactly w entries; a full bundle stands in for a partial one that was dropped.
func readBundle(dir string, n int64, w int) ([][]byte, error) {
	data, got, err := readEither(dir, "entries", n, w)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 {
			return nil, fmt.Errorf("bundle %d ends within a length", n)
		}
		size := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+size {
			return nil, fmt.Errorf("bundle %d ends within an entry", n)
		}
		entries, data = append(entries, data[2:2+size]), data[2+size:]
	}
	if len(entries) != got {
		return nil, fmt.Errorf("bundle %d holds %d entries, not %d", n, len(entries), got)
	}
	return entries[:w], nil
}

// compareTiles recomputes every tile of the tree and compares it with the published one. Of the last tile of a
// level, NewTiles names every width up to the present one: the narrower ones may be left over from earlier sizes,
// and must then be right as well.
func compareTiles(dir string, size int64, rebuilt stored) (int, error) {
	compared := 0
	for _, tile := range tlog.NewTiles(height, 0, size) {
		if leftover := tile.W < width && int64(tile.W) < size>>(height*tile.L)-tile.N*width; leftover {
			partial := filepath.Join(dir, "tile", strconv.Itoa(tile.L), indexPath(tile.N)+".p", strconv.Itoa(tile.W))
			if _, err := os.Stat(partial); errors.Is(err, os.ErrNotExist) {
				continue
			}
		}
		want, err := tlog.ReadTileData(tile, rebuilt)
		if err != nil {
			return 0, err
		}
		got, err := readTile(dir, tile)
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(want, got) {
			return 0, fmt.Errorf("tile %d/%d does not hold the hashes of the entries", tile.L, tile.N)
		}
		compared++
	}
	return compared, nil
}

func proveLeaves(tree tlog.Tree, leaves []tlog.Hash, published tlog.HashReader, sample int64) (int64, error) {
	step, proved := int64(1), int64(0)
	if sample > 0 && tree.N > sample {
		step = tree.N / sample
	}
	for n := int64(0); n < tree.N; n += step {
		proof, err := tlog.ProveRecord(tree.N, n, published)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]); err != nil {
			return 0, fmt.Errorf("leaf %d: %w", n, err)
		}
		proved++
	}
	return proved, nil
}

func proveOlder(tree tlog.Tree, older, vkey string, published tlog.HashReader) error {
	before, err := openCheckpoint(older, vkey)
	if err != nil {
		return err
	}
	if before.N > tree.N {
		return fmt.Errorf("the log went back from size %d to %d", before.N, tree.N)
	}
	if before.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, before.N, published)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash); err != nil {
		return fmt.Errorf("the log does not continue the older checkpoint: %w", err)
	}
	return nil
}

// folder serves tlog's own tile reader from the log's files, and keeps the tiles that it found to be right.
type folder struct {
	dir  string
	kept map[tlog.Tile][]byte
}

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		known, ok := f.kept[tile]
		if !ok {
			var err error
			if known, err = readTile(f.dir, tile); err != nil {
				return nil, err
			}
		}
		data[i] = known
	}
	return data, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		f.kept[tile] = data[i]
	}
}

func readTile(dir string, tile tlog.Tile) ([]byte, error) {
	data, got, err := readEither(dir, strconv.Itoa(tile.L), tile.N, tile.W)
	if err != nil {
		return nil, err
	}
	if len(data) != got*tlog.HashSize {
		return nil, fmt.Errorf("tile %d/%d has %d bytes", tile.L, tile.N, len(data))
	}
	return data[:tile.W*tlog.HashSize], nil
}

// readEither reads the partial resource, or the full one in its place, and says which width it found.
func readEither(dir, level string, n int64, w int) ([]byte, int, error) {
	whole := filepath.Join(dir, "tile", level, filepath.FromSlash(indexPath(n)))
	if w < width {
		data, err := os.ReadFile(filepath.Join(whole+".p", strconv.Itoa(w)))
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return data, w, err
		}
	}
	data, err := os.ReadFile(whole)
	return data, width, err
}

// indexPath writes 1234067 as x001/x234/067.
func indexPath(n int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	return path
}

// checkProof reads a .tlog-proof that carries its leaf in the extra line.
func checkProof(path, vkey string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	head, checkpoint, found := strings.Cut(string(raw), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", errors.New("this is not a tlog-proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return "", err
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return "", err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return "", err
		}
		proof = append(proof, hash)
	}
	tree, err := parseCheckpoint([]byte(checkpoint), vkey)
	if err != nil {
		return "", err
	}
	if n < 0 || n >= tree.N {
		return "", errors.New("there is no such leaf")
	}
	return fmt.Sprintf("leaf %d of %d", n, tree.N), tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(leaf))
}
